-- NOT IN over what may be null; where it cannot be, or is left out, nothing is wrong.
-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY, email text, name text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, name text);
-- lockstep: migration
-- expect: ok not_in_with_nulls
DELETE FROM orders WHERE name NOT IN (SELECT email FROM users);
-- expect: ok not_in_with_nulls
UPDATE orders SET name = '' WHERE NOT (name IN (SELECT u.email FROM users AS u WHERE u.id > 5)) AND id < 100;
-- expect: ok not_in_with_nulls
DELETE FROM orders WHERE name NOT IN ('a', NULL);
-- expect: ok
DELETE FROM orders WHERE user_id NOT IN (SELECT id FROM users);
DELETE FROM orders WHERE name NOT IN (SELECT name FROM users);
DELETE FROM orders WHERE name NOT IN (SELECT email FROM users WHERE id > 5 AND email IS NOT NULL);
DELETE FROM orders WHERE name IN (SELECT email FROM users);
