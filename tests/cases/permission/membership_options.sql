-- postgres: 16
-- lockstep: schema
CREATE ROLE owners;
CREATE ROLE keeper;
CREATE ROLE guest;
GRANT owners TO keeper WITH INHERIT FALSE;
GRANT owners TO guest WITH SET FALSE;
CREATE TABLE t(a int);
ALTER TABLE t OWNER TO owners;

-- lockstep: migration
-- expect: ok
SET SESSION AUTHORIZATION keeper;

-- expect: 42501
ALTER TABLE t ADD COLUMN b int;

-- expect: ok
SET ROLE owners;

-- expect: ok
ALTER TABLE t ADD COLUMN b int;

-- expect: ok
SET SESSION AUTHORIZATION guest;

-- expect: ok
ALTER TABLE t ADD COLUMN c int;

-- expect: 42501
SET ROLE owners;
