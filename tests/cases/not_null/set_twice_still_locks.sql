-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL);
-- lockstep: migration
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
