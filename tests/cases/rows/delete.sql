-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY, email text);
CREATE TABLE notes (id int PRIMARY KEY);
-- lockstep: migration
DELETE FROM notes;
DELETE FROM users a USING users b WHERE a.id > b.id AND a.email = b.email;
-- expect: 42601
DELETE FROM notes LIMIT 10;
-- expect: 42703
DELETE FROM notes WHERE body IS NULL;
