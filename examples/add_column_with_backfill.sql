-- title: Column with a backfill
-- about: Said to be without downtime. In fact the second migration writes every row in one transaction and then reads
-- about: every row again under ACCESS EXCLUSIVE, holding all its row locks to the end.
-- group: Worked examples
-- runner: psql
-- lockstep: schema
CREATE TABLE users (id integer PRIMARY KEY, email varchar(255) NOT NULL);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com'), (3, 'edgar@example.com');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
BEGIN;
ALTER TABLE users ADD COLUMN subscription_tier VARCHAR(20);
COMMIT;

BEGIN;
UPDATE users SET subscription_tier = 'free' WHERE subscription_tier IS NULL;
ALTER TABLE users ALTER COLUMN subscription_tier SET NOT NULL;
COMMIT;
