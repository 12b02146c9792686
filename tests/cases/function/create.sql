-- lockstep: schema
CREATE TABLE t (id int, n text);

-- lockstep: migration
-- expect: ok
CREATE FUNCTION a(x int DEFAULT 5) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x + $1';
-- expect: 42P13
CREATE OR REPLACE FUNCTION a(y int) RETURNS int LANGUAGE sql AS 'SELECT 1';
-- expect: 42P13
CREATE OR REPLACE FUNCTION a(x int) RETURNS int LANGUAGE sql AS 'SELECT 1';
-- expect: 42723
CREATE FUNCTION a(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
-- expect: 42P13
CREATE FUNCTION b(int) RETURNS int LANGUAGE sql AS 'SELECT ''a''::text';
-- expect: 42P13
CREATE FUNCTION b(int) RETURNS int LANGUAGE sql AS 'SELECT 1, 2';
-- expect: 42703
CREATE FUNCTION b(int) RETURNS int LANGUAGE sql AS 'SELECT nope';
-- expect: 42P13
CREATE FUNCTION b(int) RETURNS int LANGUAGE sql AS '';
-- expect: 42704
CREATE FUNCTION b(int) RETURNS nope LANGUAGE sql AS '';
-- expect: 42704
CREATE FUNCTION b(int) RETURNS int LANGUAGE nope AS '';
-- expect: 42P13
CREATE FUNCTION b(int) RETURNS int AS 'select 1';
-- expect: 42P13
CREATE FUNCTION b(int) RETURNS trigger LANGUAGE plpgsql AS 'begin end';
-- expect: ok
CREATE FUNCTION c() RETURNS SETOF t LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT * FROM t; END $$;
-- expect: 2BP01
DROP TABLE t;
-- expect: ok
CREATE FUNCTION d(t.id%TYPE) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN $1; END $$;
-- expect: 42P17
CREATE INDEX ON t ((d(id)));
-- expect: ok
CREATE INDEX i1 ON t ((a(id)));
-- expect: 2BP01
DROP FUNCTION a;
-- expect: ok
CREATE PROCEDURE p(int) LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
-- expect: 42809
DROP FUNCTION p(int);
-- expect: ok
DROP PROCEDURE IF EXISTS q(int, text);
-- expect: ok
DROP FUNCTION IF EXISTS zz;
-- expect: ok
DROP FUNCTION IF EXISTS nos.zz(int);
-- expect: ok
ALTER FUNCTION a(int) IMMUTABLE STRICT SET search_path TO public, pg_temp;
-- expect: ok
ALTER FUNCTION a(int) RENAME TO c2;
-- expect: ok
CREATE FUNCTION e(VARIADIC int[]) RETURNS int LANGUAGE sql AS 'select 1';
-- expect: ok
CREATE FUNCTION r(x int, y text) RETURNS text RETURN upper(y) || x;
-- expect: 42883
ALTER TABLE t ADD COLUMN z int DEFAULT nope(1);
