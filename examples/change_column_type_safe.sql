-- title: Change a column's type by copying it, safely
-- about: The same copy in batches that commit one by one, with an index that is built while the table is in use.
-- about: The old column goes only when the application no longer names it; bigint leaves room to grow.
-- group: Zero-downtime patterns
-- runner: psql
-- lockstep: schema
CREATE TABLE sessions (
    id bigint PRIMARY KEY,
    user_id varchar(64),
    started_at timestamptz NOT NULL
);
INSERT INTO sessions (id, user_id, started_at) VALUES
    (1, '101', '2025-01-01 08:00+00'), (2, '102', '2025-01-01 09:00+00'), (3, 'guest', '2025-01-01 10:00+00');
-- lockstep: table sessions rows=25M size=6GB
-- lockstep: migration
SET lock_timeout = '2s';
ALTER TABLE sessions ADD COLUMN user_id_new bigint;

-- Deploy: the application writes both columns. At most 18 digits always fit into a bigint.
UPDATE sessions SET user_id_new = user_id::bigint
WHERE id BETWEEN 1 AND 1000 AND user_id_new IS NULL AND user_id ~ '^[0-9]{1,18}$';

RESET lock_timeout;
CREATE INDEX CONCURRENTLY ix_sessions_user_id_new ON sessions (user_id_new);

-- Deploy: the application reads the new column and no longer mentions the old one.
SET lock_timeout = '2s';
ALTER TABLE sessions DROP COLUMN user_id;
