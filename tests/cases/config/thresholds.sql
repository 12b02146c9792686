-- From where on something counts is for the team to say.
-- postgres: 18
-- lockstep: schema
-- lockstep: table plans rows=200
-- lockstep: table users rows=50k
-- lockstep: config thresholds.index_columns = 2
-- lockstep: config thresholds.table_indexes = 3
-- lockstep: config thresholds.batch_rows = 100k
-- lockstep: config thresholds.lock_timeout_ms = 60000
-- lockstep: config thresholds.batch_rows = 100000
CREATE TABLE plans (id bigint PRIMARY KEY, name text, price numeric);
CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
-- lockstep: migration
-- A minute's wait is short enough here.
SET lock_timeout = '30s';
-- Of so few rows it is but a note.
-- expect: blocking_index_build
CREATE INDEX plans_name_idx ON plans (name);
-- expect: blocking_index_build
CREATE INDEX users_email_idx ON users (email);
-- expect: index_of_many_columns, blocking_index_build, table_of_many_indexes
CREATE INDEX users_all_idx ON users (name, email, id);
-- expect: blocking_index_build, table_of_many_indexes
CREATE INDEX users_name_idx ON users (name DESC);
-- Fewer rows than a batch may have.
UPDATE users SET name = '';
