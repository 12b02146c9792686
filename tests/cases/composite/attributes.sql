-- lockstep: schema
CREATE TYPE address AS (street text, zip varchar(10));
CREATE TYPE person AS (name text, home address);
CREATE TABLE customers (id int, a address);
CREATE TABLE plain (x int);
CREATE TYPE mood AS ENUM ('sad', 'ok');
-- lockstep: migration
-- expect: ok
CREATE TYPE nothing AS ();
-- expect: 42701
CREATE TYPE twice AS (a int, a int);
-- expect: 42710
CREATE TYPE plain AS (a int);
-- expect: ok
ALTER TYPE address ADD ATTRIBUTE city text, DROP ATTRIBUTE zip;
-- expect: 0A000
ALTER TYPE address ALTER ATTRIBUTE city TYPE varchar(5);
-- expect: 42701
ALTER TYPE address ADD ATTRIBUTE street int;
-- expect: 42703
ALTER TYPE address DROP ATTRIBUTE zip;
-- expect: ok
ALTER TYPE address DROP ATTRIBUTE IF EXISTS zip;
-- expect: 42P16
ALTER TYPE address ADD ATTRIBUTE again person[];
-- expect: ok
ALTER TYPE address RENAME ATTRIBUTE street TO line;
-- expect: ok
ALTER TYPE person ALTER ATTRIBUTE name TYPE varchar(50);
-- expect: 42809
ALTER TYPE plain ADD ATTRIBUTE y int;
-- expect: 42P01
ALTER TYPE mood ADD ATTRIBUTE y int;
-- expect: ok
ALTER TYPE address RENAME TO place;
-- expect: 42P07
ALTER TYPE place RENAME TO customers;
-- expect: 42809
ALTER TYPE plain RENAME TO plain2;
-- expect: 2BP01
DROP TYPE plain;
-- expect: 2BP01
DROP TYPE place;
-- expect: ok
DROP TYPE place CASCADE;
