-- lockstep: schema
CREATE TABLE item (id int PRIMARY KEY, total numeric);
CREATE TABLE other (id int PRIMARY KEY);
CREATE TABLE log (id int PRIMARY KEY);
INSERT INTO log VALUES (1);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM log; RETURN NULL; END $$;
CREATE TRIGGER noted AFTER UPDATE ON item FOR EACH ROW EXECUTE FUNCTION noted();
CREATE FUNCTION keep(of_table text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    twice int;
    named text;
BEGIN
    EXECUTE format('SELECT count(*) FROM (SELECT id FROM %I GROUP BY id HAVING count(*) > 1) AS twice', of_table) INTO twice;
    named := of_table || '_kept';
    FOR i IN 1..twice LOOP
        EXECUTE format('DELETE FROM %I WHERE id = $1', of_table) USING i;
    END LOOP;
    IF twice = 0 THEN EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I UNIQUE (id)', of_table, named); END IF;
END $$;
-- lockstep: migration
-- Roles are no part of a schema: whichever way it goes, nothing else is in doubt.
-- expect: unknown
DO $$ BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'reader') THEN RAISE NOTICE 'there'; ELSE CREATE ROLE reader NOLOGIN; END IF; END $$;
-- expect: ok
ALTER TABLE item ADD COLUMN a int;
-- expect: 23505
INSERT INTO log VALUES (1);
-- Rows of what it writes, and of what fires.
-- expect: unknown
DO $$
DECLARE
    done int;
BEGIN
    LOOP
        UPDATE item SET total = 0 WHERE total IS NULL;
        GET DIAGNOSTICS done = ROW_COUNT;
        EXIT WHEN done = 0;
    END LOOP;
END $$;
-- expect: depends_on_data
INSERT INTO log VALUES (1);
-- expect: ok
ALTER TABLE item ADD COLUMN b int;
-- A condition that is not known leaves what stands under it.
-- expect: unknown
DO $$ BEGIN IF (SELECT count(*) FROM item) > 1000 THEN ALTER TABLE other ADD COLUMN c int; END IF; END $$;
-- expect: unknown
ALTER TABLE other ADD COLUMN c int;
-- expect: ok
ALTER TABLE item ADD COLUMN c int;
-- Names that the call gives.
-- expect: unknown
SELECT keep('log');
-- expect: unknown
ALTER TABLE log ADD COLUMN d int;
-- expect: ok
ALTER TABLE item ADD COLUMN d int;
-- Names that rows give may be any.
-- expect: unknown
DO $$ DECLARE t text; BEGIN SELECT min(total)::text INTO t FROM item; EXECUTE 'DROP TABLE ' || t; END $$;
-- expect: unknown
ALTER TABLE item ADD COLUMN e int;
