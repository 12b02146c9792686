-- title: Change a column's type by copying it
-- about: A new integer column, one UPDATE over the whole table and a plain index, all in one transaction: the lock of
-- about: the first statement stays until the end. Whatever was no number is silently left behind as null.
-- group: Zero-downtime patterns
-- runner: alembic
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
ALTER TABLE sessions ADD COLUMN user_id_int INTEGER;

UPDATE sessions
SET user_id_int = CAST(user_id AS INTEGER)
WHERE user_id ~ '^[0-9]+$';

CREATE INDEX ix_sessions_user_id_int ON sessions (user_id_int);
