-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a text);
CREATE SEQUENCE s;
-- lockstep: migration
-- expect: ok
VACUUM t;
-- expect: ok
VACUUM (ANALYZE, VERBOSE) t (a);
-- expect: ok
VACUUM FULL t;
-- expect: ok
ANALYZE;
-- expect: 0A000
VACUUM t (a);
-- expect: 42703
ANALYZE t (missing);
-- expect: 42701
ANALYZE t (a, a);
-- expect: 42601
VACUUM (nothing) t;
-- expect: 42601
ANALYZE (full) t;
-- expect: 0A000
VACUUM (FULL, PARALLEL 2) t;
-- expect: ok
VACUUM s;
BEGIN;
-- expect: 25001
VACUUM t;
