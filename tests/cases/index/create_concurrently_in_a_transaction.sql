-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
-- lockstep: migration
BEGIN;
-- expect: 25001
CREATE INDEX CONCURRENTLY ix_a ON t (a);
ROLLBACK;
