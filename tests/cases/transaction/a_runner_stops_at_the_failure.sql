-- runner: alembic
-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
-- lockstep: migration
ALTER TABLE t ADD COLUMN a int;
-- expect: 42701
ALTER TABLE t ADD COLUMN a int;
-- expect: skipped
ALTER TABLE t ADD COLUMN b int;
