-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, v varchar(50));
-- lockstep: migration
-- expect: depends_on_data unless:22001
ALTER TABLE t ALTER COLUMN v TYPE varchar(5);
