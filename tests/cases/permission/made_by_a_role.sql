-- rehearsal gap: up again
-- lockstep: schema
CREATE ROLE maker;
CREATE ROLE reader;
CREATE SCHEMA s AUTHORIZATION maker;
GRANT USAGE ON SCHEMA s TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA s GRANT SELECT ON TABLES TO reader;

-- lockstep: migration
-- expect: ok
SET ROLE maker;

-- expect: ok
CREATE TABLE s.t(id serial PRIMARY KEY, a int);

-- expect: ok
CREATE VIEW s.v AS SELECT a FROM s.t;

-- expect: ok
ALTER TABLE s.t ADD COLUMN b int;

-- expect: ok
SET ROLE reader;

-- expect: ok
SELECT a FROM s.t;

-- expect: ok
SELECT a FROM s.v;

-- expect: 42501
INSERT INTO s.t(a) VALUES (1);

-- expect: 42501
DROP VIEW s.v;

-- expect: ok
SET ROLE maker;

-- expect: ok
INSERT INTO s.t(a) VALUES (1);

-- expect: ok
DROP VIEW s.v;

-- expect: ok
DROP SCHEMA s CASCADE;
