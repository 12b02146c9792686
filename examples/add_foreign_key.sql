-- title: Add a foreign key
-- about: Both tables are locked against writes while every row of orders is looked up in users. The way back is worse:
-- about: dropping a foreign key stops even reads of both tables.
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
ALTER TABLE orders ADD CONSTRAINT fk_orders_user_id FOREIGN KEY (user_id) REFERENCES users (id);

ALTER TABLE orders DROP CONSTRAINT fk_orders_user_id;
