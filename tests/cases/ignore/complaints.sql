-- What an ignore lacks, and one that ignores nothing.
-- postgres: 18
-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
-- lockstep: migration
-- lockstep: ignore missing_lock_timeout
-- expect: missing_lock_timeout
ALTER TABLE users ADD a text;
-- lockstep: ignore blocking_index_biuld the table is small
-- expect: blocking_index_build
CREATE INDEX users_email_idx ON users (email);
-- lockstep: ignore table_rewrite it is a rewrite
ALTER TABLE users ADD b text;
-- lockstep: ingore table_rewrite it is a rewrite
ALTER TABLE users ADD c text;
-- lockstep: ignore-file deletes_every_row there is no such statement
-- Of a statement that fails it is not known what else it would raise.
-- lockstep: ignore table_rewrite it is not known
-- expect: 42701
ALTER TABLE users ADD a text;
-- lockstep: ignore table_rewrite no statement follows
