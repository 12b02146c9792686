-- lockstep: migration
-- expect: 42704
CREATE EXTENSION earthdistance;
-- expect: ok
CREATE EXTENSION earthdistance CASCADE;
-- expect: 2BP01
DROP EXTENSION cube;
-- expect: ok
DROP EXTENSION cube CASCADE;
-- expect: 42710
CREATE EXTENSION plpgsql;
-- expect: ok
CREATE EXTENSION IF NOT EXISTS plpgsql WITH SCHEMA pg_catalog;
-- expect: 22023
CREATE EXTENSION "a/b";
-- expect: 42601
CREATE EXTENSION uuid-ossp;
-- expect: unknown
CREATE EXTENSION postgis;
-- expect: ok
CREATE TABLE plain (a int);
-- expect: unknown
CREATE TABLE shape (a geometry);
-- expect: ok
ALTER TABLE plain ADD COLUMN b text;
