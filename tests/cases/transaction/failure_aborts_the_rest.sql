-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
-- lockstep: migration
BEGIN;
ALTER TABLE t ADD COLUMN a int;
-- expect: 42701
ALTER TABLE t ADD COLUMN a int;
-- expect: 25P02
ALTER TABLE t ADD COLUMN b int;
COMMIT;
ALTER TABLE t ADD COLUMN a int;
