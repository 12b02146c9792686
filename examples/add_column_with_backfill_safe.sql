-- title: Column with a backfill, safely
-- about: Expand, backfill in batches, prove with a validated check, contract. With a constant like this one, a default
-- about: in ADD COLUMN would even do without the backfill; this is the way when each row gets its own value.
-- group: Worked examples
-- runner: psql
-- postgres: 17
-- lockstep: schema
CREATE TABLE users (id integer PRIMARY KEY, email varchar(255) NOT NULL);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com'), (3, 'edgar@example.com');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
SET lock_timeout = '2s';
ALTER TABLE users ADD COLUMN subscription_tier VARCHAR(20);
ALTER TABLE users ALTER COLUMN subscription_tier SET DEFAULT 'free';

UPDATE users SET subscription_tier = 'free' WHERE id BETWEEN 1 AND 2 AND subscription_tier IS NULL;
UPDATE users SET subscription_tier = 'free' WHERE id BETWEEN 3 AND 4 AND subscription_tier IS NULL;

ALTER TABLE users ADD CONSTRAINT users_tier_set CHECK (subscription_tier IS NOT NULL) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT users_tier_set;
ALTER TABLE users ALTER COLUMN subscription_tier SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT users_tier_set;
