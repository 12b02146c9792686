-- recipes: drop_constraint

-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint CONSTRAINT posts_user REFERENCES users);
INSERT INTO users SELECT n, 'u' || n FROM generate_series(1, 100) AS n;

-- lockstep: migration
ALTER TABLE posts DROP CONSTRAINT posts_user;
ALTER TABLE users DROP CONSTRAINT users_email_key;
