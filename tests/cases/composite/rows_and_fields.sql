-- Rows become values of composite types field by field; domains look at fields, and keep the attributes.
-- lockstep: schema
CREATE TYPE pair AS (a int, b text);
CREATE TYPE loose AS (x float8, y float8);
-- lockstep: migration
-- expect: ok
CREATE DOMAIN ordered AS loose CHECK ((VALUE).x <= (VALUE).y);
-- expect: ok
SELECT ROW(1, 2)::ordered;
-- expect: 23514
SELECT ROW(2, 1)::ordered;
-- expect: 42846
SELECT ROW(1)::pair;
-- expect: 42703
CREATE DOMAIN other AS loose CHECK ((VALUE).z > 0);
-- expect: ok
CREATE TABLE t (v ordered, p pair CHECK ((p).a > 0));
-- expect: ok
INSERT INTO t VALUES (ROW(1, 2), ROW(1, 'x'));
-- expect: 23514
INSERT INTO t VALUES (ROW(1, 2), ROW(0, 'x'));
-- expect: 23514
INSERT INTO t VALUES (ROW(2, 1), ROW(1, 'x'));
-- expect: 23514
ALTER DOMAIN ordered ADD CONSTRAINT c CHECK ((VALUE).x > 1);
-- expect: 2BP01
ALTER TYPE pair DROP ATTRIBUTE a;
-- expect: ok
ALTER TYPE pair DROP ATTRIBUTE a CASCADE;
-- expect: ok
CREATE TYPE alone AS (r float8, i float8);
-- expect: ok
CREATE DOMAIN positive AS alone CHECK ((VALUE).r > 0);
-- expect: 42883
ALTER TYPE alone ALTER ATTRIBUTE r TYPE varchar;
-- expect: ok
ALTER TYPE alone ALTER ATTRIBUTE r TYPE bigint;
-- expect: 23514
SELECT ROW(0, 1)::positive;
-- expect: ok
DROP TYPE alone CASCADE;
-- expect: ok
CREATE DOMAIN list AS loose[];
-- expect: ok
CREATE TABLE u (v list);
-- expect: ok
INSERT INTO u VALUES (ARRAY[ROW(1, 2)]::loose[]);
