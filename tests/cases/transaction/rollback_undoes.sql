-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
-- lockstep: migration
BEGIN;
DROP TABLE t;
-- expect: 42P01
ALTER TABLE t ADD COLUMN a int;
ROLLBACK;
ALTER TABLE t ADD COLUMN a int;
