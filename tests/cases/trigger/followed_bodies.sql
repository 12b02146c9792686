-- What trigger functions do is followed where it is no more than saying something, setting a column that
-- nothing depends on, leaving out the row, or raising an error.
-- lockstep: schema
CREATE TABLE t (a int PRIMARY KEY, b text, c text NOT NULL DEFAULT '', d int CHECK (d > 0));
CREATE TABLE s (a int, b text);
CREATE TABLE u (a int);
CREATE FUNCTION marks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  word text := TG_ARGV[0];
BEGIN
  IF TG_LEVEL = 'ROW' AND TG_WHEN = 'BEFORE' THEN
    NEW.b := NEW.b || ' by ' || TG_OP;
    RETURN NEW;
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION gathers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE '% %', TG_TABLE_NAME, (SELECT string_agg(added::text, ', ' ORDER BY a) FROM added);
  RETURN NULL;
END $$;
CREATE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'nothing goes' USING ERRCODE = 'division_by_zero';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION changes_keys() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.d := 1; RETURN NEW; END $$;
CREATE TRIGGER m BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION marks('x');
CREATE TRIGGER g AFTER INSERT ON s REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION gathers();
CREATE TRIGGER r BEFORE DELETE OR INSERT ON s FOR EACH STATEMENT EXECUTE FUNCTION refuses();
CREATE TRIGGER l BEFORE UPDATE OF a ON u FOR EACH ROW EXECUTE FUNCTION refuses();
-- lockstep: migration
-- expect: ok
INSERT INTO s VALUES (1, 'x'), (2, 'y');
-- expect: 22012
DELETE FROM s;
-- expect: ok
UPDATE s SET b = 'z';
-- expect: ok
CREATE TRIGGER n BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION gathers();
-- expect: unknown
INSERT INTO u VALUES (1);
-- expect: ok
ALTER TABLE t DROP CONSTRAINT t_pkey;
-- expect: ok
ALTER TABLE t DROP CONSTRAINT t_d_check;
-- expect: ok
INSERT INTO t VALUES (1, 'x', 'y', 1);
-- expect: ok
UPDATE t SET b = 'z';
-- expect: ok
ALTER TABLE t ADD CONSTRAINT d CHECK (d > 0) NOT VALID;
-- expect: ok
CREATE TRIGGER k BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION changes_keys();
-- expect: unknown
INSERT INTO t VALUES (2, 'x', 'y', 0);
