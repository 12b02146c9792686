-- title: Add a check constraint, safely
-- about: NOT VALID checks new rows only and is there in an instant. VALIDATE reads the old ones later, in a transaction
-- about: of its own, under a lock that lets reads and writes through.
-- group: Common patterns
-- runner: psql
-- lockstep: schema
CREATE TABLE users (id integer PRIMARY KEY, email varchar(255) NOT NULL);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
SET lock_timeout = '2s';

ALTER TABLE users ADD CONSTRAINT ck_users_email_format
    CHECK (email ~ '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$') NOT VALID;

ALTER TABLE users VALIDATE CONSTRAINT ck_users_email_format;
