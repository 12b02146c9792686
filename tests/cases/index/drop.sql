-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE INDEX ix_a ON t (a);
-- lockstep: migration
-- expect: 2BP01
DROP INDEX t_pkey;
DROP INDEX ix_a;
-- expect: 42704
DROP INDEX ix_a;
DROP INDEX IF EXISTS ix_a;
-- expect: 42809
DROP INDEX t;
