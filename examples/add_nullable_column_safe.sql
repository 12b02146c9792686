-- title: Backfill a nullable column, safely
-- about: A batch is picked by a subquery, which may have a LIMIT; each batch commits by itself and keeps its row locks
-- about: only that long. SET NOT NULL comes last, when a validated check already proves that no null is left.
-- group: Zero-downtime patterns
-- runner: psql
-- postgres: 17
-- lockstep: schema
CREATE TABLE users (
    id integer PRIMARY KEY,
    email varchar(255) NOT NULL
);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
SET lock_timeout = '2s';
ALTER TABLE users ADD COLUMN profile_url VARCHAR;

-- Deploy the application that writes profile_url. Then repeat until it updates no row:
UPDATE users
SET profile_url = 'https://example.com/default.jpg'
WHERE id IN (SELECT id FROM users WHERE profile_url IS NULL ORDER BY id LIMIT 1000);

ALTER TABLE users ADD CONSTRAINT users_profile_url_set CHECK (profile_url IS NOT NULL) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT users_profile_url_set;
ALTER TABLE users ALTER COLUMN profile_url SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT users_profile_url_set;
