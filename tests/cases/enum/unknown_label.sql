-- lockstep: schema
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE people (id int PRIMARY KEY, mood mood);
-- lockstep: migration
-- expect: 22P02
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'bored';
-- expect: 22P02
INSERT INTO people VALUES (1, 'bored');
