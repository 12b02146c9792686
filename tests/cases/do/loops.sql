-- lockstep: schema
CREATE TABLE work (id int PRIMARY KEY, state text);
CREATE TABLE other (id int PRIMARY KEY);
-- lockstep: migration
-- expect: ok
CREATE TABLE queue (id int PRIMARY KEY);
-- expect: ok
DO $$
DECLARE
    batch int := 100;
    n int;
    found_ids int[];
BEGIN
    LOOP
        SELECT count(*) INTO n FROM queue WHERE NOT EXISTS (SELECT 1 FROM other WHERE other.id = queue.id);
        EXIT WHEN n = 0;
        UPDATE queue SET id = id;
    END LOOP;
END $$;
-- expect: ok
DO $$
DECLARE
    i int := 0;
BEGIN
    WHILE i < 3 LOOP
        i := i + 1;
        CONTINUE WHEN i = 2;
        EXECUTE format('CREATE TABLE part_%s (id int)', i);
    END LOOP;
END $$;
-- expect: 42P07
CREATE TABLE part_3 (id int);
-- expect: ok
DO $$
BEGIN
    <<outer>>
    FOR i IN REVERSE 10..1 BY 5 LOOP
        FOR j IN 1..9 LOOP
            CONTINUE outer WHEN j = 2;
            EXIT outer WHEN i < 6;
            EXECUTE 'CREATE TABLE of_' || i || '_' || j || ' (id int)';
        END LOOP;
    END LOOP outer;
END $$;
-- expect: ok
DROP TABLE of_10_1;
-- expect: ok
DO $$
DECLARE
    n bigint;
    kind text := 'b';
BEGIN
    EXECUTE format('SELECT count(*) FROM information_schema.columns WHERE table_name = %L', 'work') INTO n;
    CASE kind WHEN 'a' THEN DROP TABLE work; WHEN 'b', 'c' THEN ALTER TABLE work ADD COLUMN n int; END CASE;
    IF n <> 2 THEN RAISE EXCEPTION 'unexpected'; END IF;
    ASSERT n = 2, 'two';
EXCEPTION WHEN raise_exception THEN RAISE;
END $$;
-- expect: 23505
DO $$ BEGIN RAISE unique_violation; END $$;
-- expect: P0002
DO $$ DECLARE a int; BEGIN SELECT id INTO STRICT a FROM queue; END $$;
-- expect: 22012
DO $$ BEGIN RAISE SQLSTATE '22012' USING MESSAGE = 'nothing'; EXCEPTION WHEN division_by_zero THEN RAISE; END $$;
