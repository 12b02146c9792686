-- title: Add a foreign key, safely
-- about: An index first, so that deletes of users need not scan orders. NOT VALID takes its lock on both tables for an
-- about: instant; VALIDATE reads the old rows in its own transaction while both tables stay in use.
-- group: Common patterns
-- runner: psql
-- lockstep: schema
CREATE TABLE users (id integer PRIMARY KEY, email varchar(255) NOT NULL);
CREATE TABLE orders (id integer PRIMARY KEY, user_id integer, amount numeric(10,2) NOT NULL);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com');
INSERT INTO orders (id, user_id, amount) VALUES (1, 1, 9.90), (2, 2, 20), (3, 1, 5);
-- lockstep: table users rows=10M size=2GB
-- lockstep: table orders rows=30M size=5GB
-- lockstep: migration
CREATE INDEX CONCURRENTLY ix_orders_user_id ON orders (user_id);

SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT fk_orders_user_id FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;

ALTER TABLE orders VALIDATE CONSTRAINT fk_orders_user_id;
