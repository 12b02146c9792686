-- recipes: change_type
-- plan: order_differs

-- lockstep: schema
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'unused');
CREATE TABLE people (id bigint PRIMARY KEY, mood mood NOT NULL DEFAULT 'ok', note text);
CREATE INDEX people_mood_idx ON people (mood);
INSERT INTO people (id, mood) SELECT n, (enum_range(NULL::mood))[1 + n % 3] FROM generate_series(1, 9000) AS n;

-- lockstep: migration
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
ALTER TABLE people ALTER COLUMN mood DROP DEFAULT;
ALTER TABLE people ALTER COLUMN mood TYPE mood USING mood::text::mood;
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'ok';
DROP TYPE mood_old;
