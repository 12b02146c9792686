-- lockstep: schema
CREATE TABLE a(id int, name text);
CREATE TABLE log(id int);
CREATE FUNCTION numbers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'INSERT INTO log VALUES (' || NEW.id::text || ')';
  RETURN NEW;
END $$;
CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION numbers();
CREATE TABLE b(id int, name text);
CREATE FUNCTION names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'INSERT INTO ' || NEW.name || ' VALUES (1)';
  RETURN NEW;
END $$;
CREATE TRIGGER t BEFORE INSERT ON b FOR EACH ROW EXECUTE FUNCTION names();

-- lockstep: migration
-- A whole number cannot make it another statement.
-- expect: unknown
INSERT INTO a VALUES (1, 'x');
-- expect: ok
CREATE TABLE c(id int);
-- Text can.
-- expect: unknown
INSERT INTO b VALUES (1, 'x');
-- expect: unknown
CREATE TABLE d(id int);
