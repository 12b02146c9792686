-- lockstep: schema
CREATE SCHEMA a;
CREATE TABLE a.t(id serial PRIMARY KEY, b text);
CREATE TYPE a.e AS ENUM ('x');

-- lockstep: migration
-- expect: 2BP01
DROP SCHEMA a;

-- expect: ok
DROP SCHEMA a CASCADE;

-- expect: ok
DROP SCHEMA IF EXISTS a;

-- expect: 3F000
DROP SCHEMA a;
