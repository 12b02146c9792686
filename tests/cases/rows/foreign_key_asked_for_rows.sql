-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE orders (id int, user_id int REFERENCES users);
CREATE TABLE source (id int, user_id int);
-- lockstep: migration
-- expect: depends_on_data
INSERT INTO orders SELECT id, user_id FROM source;
-- expect: depends_on_data
UPDATE orders SET user_id = (SELECT min(id) FROM users);
-- expect: ok
BEGIN;
-- expect: ok
LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE;
-- expect: depends_on_data
ALTER TABLE source ADD FOREIGN KEY (user_id) REFERENCES users;
-- expect: ok
COMMIT;
