-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users (id));
-- lockstep: migration
-- expect: 2BP01
ALTER TABLE users DROP COLUMN id;
ALTER TABLE users DROP COLUMN id CASCADE;
