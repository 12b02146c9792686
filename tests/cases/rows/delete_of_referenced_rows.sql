-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY, email text);
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users (id));
INSERT INTO users VALUES (1, 'a'), (2, 'a');
INSERT INTO orders VALUES (1, 2);
-- lockstep: migration
-- expect: depends_on_data
DELETE FROM users a USING users b WHERE a.id > b.id AND a.email = b.email;
