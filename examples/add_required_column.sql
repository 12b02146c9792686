-- title: Add a required column
-- about: Four harmless-looking statements in one transaction. The first takes the strongest lock there is, and the
-- about: transaction keeps it through the backfill, the full scan and the index build: every query on users waits.
-- group: Zero-downtime patterns
-- runner: alembic
-- postgres: 17
-- lockstep: schema
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL
);
INSERT INTO users (email) VALUES ('ada@example.com'), ('grace@example.com'), ('edgar@example.com');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
ALTER TABLE users ADD COLUMN locale text;

UPDATE users SET locale = 'en' WHERE locale IS NULL;

ALTER TABLE users ALTER COLUMN locale SET NOT NULL;

CREATE INDEX ix_users_locale ON users (locale);
