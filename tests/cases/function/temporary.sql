-- lockstep: schema
CREATE TABLE t (id int);
-- lockstep: migration
-- expect: ok
CREATE FUNCTION pg_temp.twice(text) RETURNS text LANGUAGE sql AS $$ SELECT $1 || $1 $$;
-- expect: ok
SELECT pg_temp.twice('a');
-- expect: 42883
SELECT twice('a');
-- expect: ok
DROP FUNCTION pg_temp.twice(text);
