-- When a trigger fires comes back with the way back, also where the trigger was made anew.
-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER one BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE TRIGGER two BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
ALTER TABLE t DISABLE TRIGGER two;
-- lockstep: migration
ALTER TABLE t DISABLE TRIGGER one;
DROP TRIGGER two ON t;
ALTER TABLE t ENABLE ALWAYS TRIGGER one;
