-- runner: alembic
-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
-- lockstep: migration
-- expect: 25001
CREATE INDEX CONCURRENTLY ix_a ON t (a);
-- expect: skipped
CREATE INDEX ix_a ON t (a);
