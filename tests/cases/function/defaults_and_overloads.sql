-- lockstep: schema
CREATE TABLE t (id int);
CREATE FUNCTION f(int DEFAULT 1, int DEFAULT 2) RETURNS int LANGUAGE sql AS $$ SELECT 2 $$;
CREATE FUNCTION f(int DEFAULT 1, int DEFAULT 2, int DEFAULT 3) RETURNS int LANGUAGE sql AS $$ SELECT 3 $$;
CREATE FUNCTION g(VARIADIC a int[] DEFAULT '{}') RETURNS int LANGUAGE sql AS $$ SELECT 4 $$;
-- lockstep: migration
-- expect: ok
SELECT f(1, 2, 3) FROM t;
-- expect: ok
SELECT g() FROM t;
-- expect: ok
SELECT g(1, 2) FROM t;
CREATE TEMP TABLE own (id int, name text);
-- expect: ok
CREATE INDEX own_idx ON own (id);
-- expect: ok
DROP INDEX CONCURRENTLY own_idx;
-- expect: ok
CREATE FUNCTION rows_of_own() RETURNS SETOF own LANGUAGE sql STABLE AS $$ SELECT * FROM own $$;
-- expect: ok
CREATE VIEW known AS SELECT id FROM t OFFSET 0;
-- expect: ok
UPDATE t SET id = known.id FROM known WHERE known.id = t.id;
-- expect: unknown
ALTER TABLE own SET SCHEMA pg_catalog;
-- expect: unknown
SELECT f(1) FROM t;
-- expect: unknown
SELECT f();
