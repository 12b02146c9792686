-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users (id));
-- lockstep: migration
ALTER TABLE orders DROP COLUMN user_id;
