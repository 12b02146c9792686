-- A whole file accepts a hazard; what a statement says for itself goes before it.
-- postgres: 18
-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
-- lockstep: migration
-- lockstep: ignore-file blocking_index_build, missing_lock_timeout it runs at night
CREATE INDEX users_email_idx ON users (email);
-- lockstep: ignore blocking_index_build nobody writes
CREATE INDEX users_name_idx ON users (name);
-- The server's error stays, whatever explains it.
-- lockstep: ignore already_exists it ran before
-- expect: 42P07
CREATE INDEX users_name_idx ON users (name);
