-- lockstep: schema
CREATE TABLE t (id int);
-- lockstep: migration
-- expect: ok
CREATE FUNCTION some_text(int) RETURNS text LANGUAGE sql AS $$ SELECT array_to_string(array(SELECT 'x' FROM generate_series(1, $1)), '') $$;
-- expect: ok
CREATE FUNCTION kept(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET id = 1; RETURN $1; END $$;
-- expect: unknown
SELECT kept(id::text) FROM t;
-- expect: ok
ALTER TABLE t ADD COLUMN a int;
-- expect: ok
CREATE FUNCTION placed() RETURNS int LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN RETURN 1; END $$;
