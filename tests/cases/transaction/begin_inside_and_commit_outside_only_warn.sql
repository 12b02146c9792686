-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
-- lockstep: migration
COMMIT;
BEGIN;
BEGIN;
ALTER TABLE t ADD COLUMN a int;
COMMIT;
ROLLBACK;
