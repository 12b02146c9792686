-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, user_id int);
-- lockstep: migration
ALTER TABLE orders ADD CONSTRAINT fk_user FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
-- expect: depends_on_data unless:23503
ALTER TABLE orders VALIDATE CONSTRAINT fk_user;
