-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY, email text);
CREATE TABLE orders (id serial PRIMARY KEY, user_id int REFERENCES users (id));
CREATE TABLE notes (id int);
INSERT INTO notes VALUES (1);
-- lockstep: migration
-- expect: 0A000
TRUNCATE users;
-- expect: ok
TRUNCATE users, orders;
-- expect: ok
TRUNCATE TABLE orders RESTART IDENTITY;
-- expect: ok
TRUNCATE users CASCADE;
-- expect: 42809
TRUNCATE users_pkey;
-- expect: 42P01
TRUNCATE missing;
-- expect: ok
TRUNCATE ONLY notes, notes;
