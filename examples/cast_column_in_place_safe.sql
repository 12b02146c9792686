-- title: Cast a column in place, safely
-- about: Some changes of type cost nothing: a longer varchar, or text, keeps the stored bytes. Only the catalog
-- about: changes, and lock_timeout makes sure that not even the short lock can form a queue.
-- group: Common patterns
-- runner: psql
-- lockstep: schema
CREATE TABLE sessions (
    id bigint PRIMARY KEY,
    user_id varchar(64)
);
INSERT INTO sessions (id, user_id) VALUES (1, '101'), (2, '102'), (3, 'guest');
-- lockstep: table sessions rows=25M size=6GB
-- lockstep: migration
SET lock_timeout = '2s';

ALTER TABLE sessions ALTER COLUMN user_id TYPE varchar(255);

ALTER TABLE sessions ALTER COLUMN user_id TYPE text;
