-- title: Backfill a nullable column
-- about: A widely copied recipe: add the column, fill it a thousand rows at a time, make it required.
-- about: PostgreSQL has no UPDATE … LIMIT: the backfill is a syntax error (42601) and everything is undone.
-- group: Zero-downtime patterns
-- runner: alembic
-- lockstep: schema
CREATE TABLE users (
    id integer PRIMARY KEY,
    email varchar(255) NOT NULL
);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
ALTER TABLE users ADD COLUMN profile_url VARCHAR;

UPDATE users
SET profile_url = 'https://example.com/default.jpg'
WHERE profile_url IS NULL
LIMIT 1000;

ALTER TABLE users ALTER COLUMN profile_url SET NOT NULL;
