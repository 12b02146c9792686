-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
-- lockstep: migration
BEGIN;
ALTER TABLE t ADD COLUMN a int;
SAVEPOINT before_b;
ALTER TABLE t ADD COLUMN b int;
-- expect: 42701
ALTER TABLE t ADD COLUMN b int;
ROLLBACK TO SAVEPOINT before_b;
ALTER TABLE t ADD COLUMN c int;
-- expect: 3B001
RELEASE SAVEPOINT missing;
ROLLBACK TO before_b;
COMMIT;
ALTER TABLE t ADD COLUMN b int;
