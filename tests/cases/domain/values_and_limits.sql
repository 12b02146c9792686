-- Defaults of domains, limits of elements, and domains of code's variables, parameters and results.
-- lockstep: schema
CREATE DOMAIN five AS int DEFAULT 5;
CREATE DOMAIN not_foo AS text CHECK (VALUE <> 'foo') DEFAULT 'foo';
CREATE DOMAIN pos AS int4 NOT NULL CHECK (VALUE > 0);
CREATE DOMAIN words AS varchar(4)[];
CREATE FUNCTION same(int) RETURNS boolean LANGUAGE sql AS 'SELECT $1 IS NOT NULL LIMIT 1';
CREATE DOMAIN asked AS int CHECK (same(VALUE));
CREATE FUNCTION f(p pos) RETURNS int LANGUAGE plpgsql AS $$ DECLARE v pos; BEGIN RETURN p; END $$;
CREATE FUNCTION g(p pos) RETURNS int LANGUAGE plpgsql AS $$ DECLARE v pos := 1; BEGIN v := 0; RETURN v; END $$;
-- lockstep: migration
-- expect: ok
CREATE TABLE t (a five NOT NULL, b words, c varchar(2)[]);
-- expect: ok
INSERT INTO t DEFAULT VALUES;
-- expect: depends_on_data unless:22001
INSERT INTO t (b) VALUES ('{toolong}');
-- expect: depends_on_data unless:22001
INSERT INTO t (c) VALUES ('{ok}');
-- expect: ok
CREATE TABLE v (d asked);
-- expect: depends_on_data unless:23514 unless:23502
INSERT INTO v (d) VALUES (NULL);
-- expect: ok
CREATE TABLE u (a int);
-- expect: ok
INSERT INTO u VALUES (1);
-- expect: 23514
ALTER TABLE u ADD COLUMN b not_foo;
-- expect: 23502
SELECT f(3);
-- expect: 23514
SELECT f(0);
-- expect: 23514
SELECT g(1);
-- expect: ok
CREATE DOMAIN d AS int;
-- expect: ok
CREATE FUNCTION h(int) RETURNS d LANGUAGE plpgsql AS $$ DECLARE v d; BEGIN v := $1::d; RETURN v; END $$;
-- expect: ok
SELECT h(0);
-- expect: ok
ALTER DOMAIN d ADD CONSTRAINT p CHECK (VALUE > 0);
-- expect: 23514
SELECT h(0);
