-- title: Drop a column, safely
-- about: First the application stops to need it, then its values are kept in a table of their own, then it goes.
-- about: Each part is committed before the next begins.
-- group: Common patterns
-- runner: psql
-- lockstep: schema
CREATE TABLE users (
    id integer PRIMARY KEY,
    email varchar(255) NOT NULL,
    phone varchar(32) NOT NULL
);
CREATE INDEX ix_users_phone ON users (phone);
INSERT INTO users (id, email, phone) VALUES (1, 'ada@example.com', '555-0100'), (2, 'grace@example.com', '555-0101');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
SET lock_timeout = '2s';
ALTER TABLE users ALTER COLUMN phone DROP NOT NULL;

-- Deploy: the application neither reads nor writes phone.
CREATE TABLE users_phone_kept (user_id integer PRIMARY KEY, phone varchar(32));
COMMENT ON TABLE users_phone_kept IS 'Values of users.phone, to be dropped when the release is settled';
INSERT INTO users_phone_kept (user_id, phone) SELECT id, phone FROM users WHERE phone IS NOT NULL;

RESET lock_timeout;
DROP INDEX CONCURRENTLY ix_users_phone;
SET lock_timeout = '2s';
ALTER TABLE users DROP COLUMN phone;
