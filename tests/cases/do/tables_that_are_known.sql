-- lockstep: schema
CREATE TABLE elsewhere (id int);
-- lockstep: migration
-- expect: ok
CREATE TABLE teams (id int, name text);
-- expect: ok
INSERT INTO teams VALUES (1, 'a'), (2, 'b');
-- expect: ok
DO $$ DECLARE team record; BEGIN FOR team IN SELECT id, name FROM teams LOOP EXECUTE format('CREATE TABLE part_%s (id int)', team.id); END LOOP; END $$;
-- expect: ok
CREATE TABLE none (id int, a int);
-- expect: ok
DO $$ BEGIN IF EXISTS (SELECT 1 FROM none GROUP BY a HAVING count(*) > 1) THEN RAISE EXCEPTION 'twice'; END IF; END $$;
-- expect: unknown
DO $$ DECLARE it record; BEGIN FOR it IN SELECT id FROM elsewhere LOOP RAISE NOTICE '%', it.id; END LOOP; END $$;
-- expect: ok
CREATE PROCEDURE add_times(t regclass) LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('ALTER TABLE %s ADD COLUMN made timestamptz', t); END $$;
-- expect: ok
CALL add_times('teams');
-- expect: 42P01
CALL add_times('nowhere');
-- expect: ok
SELECT id, made INTO kept FROM teams;
-- expect: ok
ALTER TABLE kept ADD COLUMN a int;
-- expect: 42P07
SELECT id INTO kept FROM teams;
-- expect: 42602
DO $$ BEGIN IF (SELECT to_regclass('/* x */teams') IS NOT NULL) THEN ALTER TABLE teams ADD COLUMN never int; END IF; END $$;
-- expect: ok
DO $$ BEGIN IF (SELECT to_regclass('teams') IS NOT NULL) THEN ALTER TABLE teams ADD COLUMN now_there int; END IF; END $$;
-- expect: ok
DO $$ BEGIN IF NOT (SELECT to_regclass('teams') IS NOT NULL) THEN ALTER TABLE teams ADD COLUMN never int; END IF; END $$;
CREATE TABLE nothing (id int, name text);
-- expect: ok
DO $$
DECLARE
    n int;
    names text[];
    twice text;
BEGIN
    EXECUTE format('SELECT count(*) FROM (SELECT name FROM %I GROUP BY name HAVING count(*) > 1) AS twice', 'nothing') INTO n;
    EXECUTE format('SELECT ARRAY(SELECT name FROM %I GROUP BY name)', 'nothing') INTO names;
    WITH every AS (SELECT id FROM nothing) SELECT string_agg(name, ', ') INTO twice FROM nothing JOIN every USING (id);
    IF twice IS NOT NULL THEN RAISE EXCEPTION 'twice'; END IF;
    FOR i IN 1..coalesce((SELECT array_length(names, 1)), 0) LOOP RAISE EXCEPTION '%', i; END LOOP;
    IF n = 0 AND NOT EXISTS (SELECT 1 FROM (SELECT * FROM nothing) AS x) THEN ALTER TABLE nothing ADD COLUMN a int; END IF;
END $$;
-- expect: 42701
ALTER TABLE nothing ADD COLUMN a int;
