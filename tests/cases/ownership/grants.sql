-- lockstep: schema
CREATE TABLE t(id int, a int);
CREATE SEQUENCE s;
CREATE INDEX ix ON t(a);
CREATE SCHEMA app;

-- lockstep: migration
-- expect: depends_on_data
CREATE ROLE reader NOLOGIN;

-- expect: ok
GRANT SELECT, UPDATE (a) ON t TO reader WITH GRANT OPTION;

-- expect: ok
GRANT USAGE ON SEQUENCE s TO reader;

-- expect: ok
GRANT SELECT ON ALL TABLES IN SCHEMA app TO reader;

-- expect: ok
GRANT USAGE ON SCHEMA app TO PUBLIC;

-- expect: ok
REVOKE ALL ON t FROM PUBLIC;

-- expect: ok
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO reader;

-- expect: 2BP01
DROP ROLE reader;
