-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY, email text);
CREATE TABLE orders (id int PRIMARY KEY, user_id int, email text);
-- lockstep: migration
-- expect: 42830
ALTER TABLE orders ADD FOREIGN KEY (email) REFERENCES users (email);
-- expect: 42804
ALTER TABLE orders ADD FOREIGN KEY (email) REFERENCES users (id);
-- expect: 42703
ALTER TABLE orders ADD FOREIGN KEY (nobody) REFERENCES users (id);
-- expect: 42P01
ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES people (id);
