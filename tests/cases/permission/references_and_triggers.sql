-- rehearsal gap: step 10, locks
-- lockstep: schema
CREATE ROLE app;
CREATE SCHEMA app AUTHORIZATION app;
CREATE TABLE users(id int PRIMARY KEY);
CREATE TABLE app.orders(id int PRIMARY KEY, user_id int);
ALTER TABLE app.orders OWNER TO app;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;

-- lockstep: migration
-- expect: ok
SET ROLE app;

-- expect: 42501
ALTER TABLE app.orders ADD FOREIGN KEY (user_id) REFERENCES users(id);

-- expect: 42501
CREATE TABLE app.more(user_id int REFERENCES users);

-- expect: 42501
CREATE TRIGGER g BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION f();

-- expect: ok
CREATE TRIGGER g BEFORE INSERT ON app.orders FOR EACH ROW EXECUTE FUNCTION f();

-- expect: 42501
CREATE TABLE app.child() INHERITS (users);

-- expect: ok
RESET ROLE;

-- expect: ok
GRANT REFERENCES ON users TO app;

-- expect: ok
SET ROLE app;

-- expect: depends_on_data
ALTER TABLE app.orders ADD CONSTRAINT k FOREIGN KEY (user_id) REFERENCES users(id);

-- expect: 42501
ALTER TABLE app.orders DISABLE TRIGGER ALL;

-- expect: ok
ALTER TABLE app.orders DISABLE TRIGGER USER;

-- expect: ok
DROP TRIGGER g ON app.orders;
