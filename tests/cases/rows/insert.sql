-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users (id));
CREATE TABLE notes (id int, body text);
-- lockstep: migration
-- expect: depends_on_data unless:23505
INSERT INTO users (id, email) VALUES (1, 'ada@example.com');
-- expect: 23502
INSERT INTO users (id) VALUES (2);
-- expect: depends_on_data unless:23503
INSERT INTO orders VALUES (1, 1);
INSERT INTO notes SELECT id, email FROM users;
