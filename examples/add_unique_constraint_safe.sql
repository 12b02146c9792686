-- title: Add a unique constraint, safely
-- about: What refers to a duplicate is pointed to the row that stays, then the duplicates go. The index is built while
-- about: the table is in use, and the constraint takes it over in an instant.
-- group: Common patterns
-- runner: psql
-- lockstep: schema
CREATE TABLE users (id integer PRIMARY KEY, email varchar(255));
CREATE TABLE posts (id integer PRIMARY KEY, user_id integer REFERENCES users (id));
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com'), (3, 'ada@example.com');
INSERT INTO posts (id, user_id) VALUES (1, 2), (2, 3);
-- lockstep: table users rows=10M size=2GB
-- lockstep: table posts rows=40M size=18GB
-- lockstep: migration
BEGIN;
SET LOCAL lock_timeout = '2s';
UPDATE posts SET user_id = (
    SELECT min(kept.id) FROM users kept JOIN users gone ON gone.email = kept.email WHERE gone.id = posts.user_id
) WHERE user_id IN (
    SELECT gone.id FROM users gone JOIN users kept ON kept.email = gone.email AND kept.id < gone.id
);
DELETE FROM users WHERE id IN (
    SELECT gone.id FROM users gone JOIN users kept ON kept.email = gone.email AND kept.id < gone.id
);
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY uq_users_email ON users (email);

SET lock_timeout = '2s';
ALTER TABLE users ADD CONSTRAINT uq_users_email UNIQUE USING INDEX uq_users_email;
