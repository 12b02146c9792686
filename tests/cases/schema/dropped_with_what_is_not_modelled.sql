-- lockstep: schema
CREATE ROLE worker;
CREATE SCHEMA app;
CREATE TABLE app.t (id int);
CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION app.most(VARIADIC anyarray) RETURNS anyelement LANGUAGE sql AS $$ SELECT max($1[i]) FROM generate_subscripts($1, 1) AS i $$;
-- lockstep: migration
-- expect: ok
ALTER FUNCTION app.f() OWNER TO worker;
-- expect: unknown
SELECT app.most(1, 2, 3);
-- expect: unknown
CREATE CONVERSION app.own FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
-- expect: unknown
ALTER CONVERSION app.own OWNER TO worker;
-- expect: unknown
DROP SCHEMA app CASCADE;
-- Everything in it may be gone.
-- expect: unknown
DROP ROLE worker;
