-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY, email text);
CREATE TABLE orders (id int PRIMARY KEY, user_id int, email text);
-- lockstep: migration
UPDATE orders SET email = users.email FROM users WHERE users.id = orders.user_id;
-- expect: 42702
UPDATE orders SET email = 'x' FROM users WHERE email = 'y';
