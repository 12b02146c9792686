-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
-- lockstep: migration
BEGIN;
ALTER TABLE t ADD COLUMN a int;
