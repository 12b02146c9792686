-- recipes: replace_table

-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE TABLE users_new (id bigint PRIMARY KEY, email text NOT NULL);
INSERT INTO users SELECT n, n || '@example.com' FROM generate_series(1, 1000) AS n;
INSERT INTO users_new SELECT * FROM users;

-- lockstep: migration
ALTER TABLE users RENAME TO users_old;
ALTER TABLE users_new RENAME TO users;
ALTER INDEX users_new_pkey RENAME TO users_key;
