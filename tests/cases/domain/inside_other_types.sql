-- lockstep: schema
CREATE DOMAIN positive AS int;
CREATE TYPE pair AS (a positive, b positive);
CREATE TYPE pairs AS (p pair);
CREATE DOMAIN many AS positive[];
CREATE TABLE in_array (x positive[]);
-- lockstep: migration
-- expect: 0A000
ALTER DOMAIN positive ADD CHECK (VALUE > 0);
-- expect: ok
DROP TABLE in_array;
-- expect: ok
ALTER DOMAIN positive ADD CHECK (VALUE > 0);
-- expect: ok
CREATE TABLE in_pair (x pairs);
-- expect: 0A000
ALTER DOMAIN positive ADD CHECK (VALUE > 1);
-- expect: ok
ALTER TABLE in_pair DROP COLUMN x;
-- expect: ok
ALTER TABLE in_pair ADD COLUMN y many;
-- expect: 0A000
ALTER DOMAIN positive SET NOT NULL;
-- expect: 2BP01
DROP DOMAIN positive;
-- expect: ok
DROP DOMAIN positive CASCADE;
