-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, user_id int CONSTRAINT fk_user REFERENCES users (id));
-- lockstep: migration
ALTER TABLE orders DROP CONSTRAINT fk_user;
