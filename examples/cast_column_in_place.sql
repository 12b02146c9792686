-- title: Cast a column in place
-- about: There is no automatic cast from text to integer: without USING the statement is refused (42804). With USING
-- about: the whole table would be rewritten under a lock that stops reads, and the first bad value would end it (22P02).
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
ALTER TABLE sessions ALTER COLUMN user_id TYPE INTEGER;

ALTER TABLE sessions ALTER COLUMN user_id TYPE INTEGER USING user_id::integer;
