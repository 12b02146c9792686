-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int, CONSTRAINT a_set CHECK (a IS NOT NULL));
-- lockstep: migration
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT a_set;
