-- Trigger functions that only say something and return the row leave the statement alone.
-- lockstep: schema
CREATE TABLE t (a int, b text);
CREATE FUNCTION says() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE 'trigger % % % %', TG_NAME, TG_OP, TG_ARGV[0], NEW.a::text;
  IF (TG_OP = 'DELETE') THEN
    RETURN OLD;
  ELSE
    RAISE INFO 'row %', NEW; -- a comment
    RETURN NEW;
  END IF;
END $$;
CREATE FUNCTION skips() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'no'; RETURN NULL; END $$;
CREATE TRIGGER s BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION says('x');
-- lockstep: migration
-- expect: ok
INSERT INTO t VALUES (1, 'x');
-- expect: ok
UPDATE t SET b = 'y';
-- expect: ok
DELETE FROM t;
-- expect: ok
CREATE TRIGGER k AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION skips();
-- expect: ok
INSERT INTO t VALUES (1, 'x');
-- expect: ok
CREATE TRIGGER l BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION skips();
-- expect: ok
INSERT INTO t VALUES (2, 'x');
