-- title: TITLE
-- about: One to three lines for somebody who meets this for the first time.
-- group: Common patterns
-- runner: psql
-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com');
-- lockstep: migration
SET lock_timeout = '2s';
