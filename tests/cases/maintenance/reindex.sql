-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a text);
CREATE INDEX ix ON t (a);
CREATE TABLE bare (id int);
-- lockstep: migration
-- expect: ok
REINDEX INDEX ix;
-- expect: ok
REINDEX TABLE t;
-- expect: ok
REINDEX TABLE bare;
-- expect: ok
REINDEX (VERBOSE, CONCURRENTLY) TABLE t;
-- expect: ok
REINDEX SCHEMA public;
-- expect: 3F000
REINDEX SCHEMA missing;
-- expect: 42809
REINDEX INDEX t;
-- expect: 42809
REINDEX TABLE ix;
-- expect: 42601
REINDEX (fast) TABLE t;
-- expect: depends_on_data unless:42704
REINDEX (TABLESPACE fast) INDEX ix;
BEGIN;
-- expect: 25001
REINDEX INDEX CONCURRENTLY ix;
