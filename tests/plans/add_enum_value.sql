-- migration: one by one

-- lockstep: schema
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE people (id bigint PRIMARY KEY, mood mood NOT NULL DEFAULT 'ok', note text);
INSERT INTO people (id, mood) SELECT n, (enum_range(NULL::mood))[1 + n % 2] FROM generate_series(1, 9000) AS n;

-- lockstep: migration
BEGIN;
ALTER TYPE mood ADD VALUE 'happy';
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'happy';
COMMIT;
