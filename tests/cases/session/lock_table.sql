-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
-- lockstep: migration
-- expect: 25P01
LOCK TABLE t IN SHARE MODE;
BEGIN;
LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE t;
-- expect: 42P01
LOCK TABLE missing;
ROLLBACK;
