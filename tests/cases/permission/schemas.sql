-- lockstep: schema
CREATE ROLE app;
CREATE SCHEMA closed;
CREATE SCHEMA open;
CREATE TABLE closed.t(a int);
CREATE TABLE open.t(a int);
GRANT USAGE ON SCHEMA open TO app;
GRANT ALL ON closed.t, open.t TO app;

-- lockstep: migration
-- expect: ok
SET ROLE app;

-- expect: ok
SELECT a FROM open.t;

-- expect: 42501
SELECT a FROM closed.t;

-- expect: 42501
CREATE TABLE open.u(a int);

-- expect: 42501
CREATE SCHEMA mine;

-- expect: 42501
DROP SCHEMA open;

-- expect: 42501
CREATE VIEW open.v AS SELECT 1 AS a;

-- expect: 42501
CREATE TYPE open.mood AS ENUM ('ok');

-- expect: 42501
CREATE FUNCTION open.f() RETURNS int LANGUAGE sql AS 'SELECT 1';

-- expect: ok
RESET ROLE;

-- expect: ok
GRANT CREATE ON SCHEMA open TO app;

-- expect: ok
SET ROLE app;

-- expect: ok
CREATE TABLE open.u(a int);

-- expect: ok
ALTER TABLE open.u RENAME TO w;

-- expect: ok
DROP TABLE open.w;
