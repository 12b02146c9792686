-- transaction: per-file
-- lockstep: schema
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE people (id int PRIMARY KEY, mood mood);
INSERT INTO people VALUES (1, 'sad');
-- lockstep: migration
ALTER TYPE mood ADD VALUE 'fine';
-- expect: 55P04
UPDATE people SET mood = 'fine';
