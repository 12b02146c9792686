-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, user_id int CONSTRAINT fk_user REFERENCES users (id));
-- lockstep: migration
-- expect: depends_on_data unless:23503
ALTER TABLE users ALTER COLUMN id TYPE bigint;
