-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, v varchar(20));
-- lockstep: migration
ALTER TABLE t ALTER COLUMN v TYPE varchar(50);
ALTER TABLE t ALTER COLUMN v TYPE text;
