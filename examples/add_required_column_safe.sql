-- title: Add a required column, safely
-- about: The same column in short steps, each committed by itself. No lock that stops queries is held for longer
-- about: than a catalog change takes; the scans and the index build run while the application works on.
-- group: Zero-downtime patterns
-- runner: psql
-- postgres: 17
-- lockstep: schema
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL
);
INSERT INTO users (email) VALUES ('ada@example.com'), ('grace@example.com'), ('edgar@example.com');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
SET lock_timeout = '2s';

-- Expand. The default fills new rows from now on; old rows stay null.
ALTER TABLE users ADD COLUMN locale text;
ALTER TABLE users ALTER COLUMN locale SET DEFAULT 'en';

-- Backfill in small batches, each its own transaction; go on like this up to the last id.
UPDATE users SET locale = 'en' WHERE id BETWEEN 1 AND 1000 AND locale IS NULL;
UPDATE users SET locale = 'en' WHERE id BETWEEN 1001 AND 2000 AND locale IS NULL;

-- A check that is validated without stopping anybody proves that no null is left …
ALTER TABLE users ADD CONSTRAINT users_locale_set CHECK (locale IS NOT NULL) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT users_locale_set;
-- … so this does not scan the table.
ALTER TABLE users ALTER COLUMN locale SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT users_locale_set;

-- Nobody queues behind a concurrent build; a timeout would only leave an invalid index behind.
RESET lock_timeout;
CREATE INDEX CONCURRENTLY ix_users_locale ON users (locale);
