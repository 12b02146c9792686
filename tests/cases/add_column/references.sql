-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY);
-- lockstep: migration
ALTER TABLE orders ADD COLUMN user_id int REFERENCES users (id);
