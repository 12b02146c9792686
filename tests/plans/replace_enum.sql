-- recipes: change_type
-- plan: order_differs

-- lockstep: schema
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'unused');
CREATE TABLE people (id bigint PRIMARY KEY, mood mood NOT NULL, note text);
INSERT INTO people (id, mood) SELECT n, (enum_range(NULL::mood))[1 + n % 3] FROM generate_series(1, 9000) AS n;

-- lockstep: migration
BEGIN;
CREATE TYPE mood_new AS ENUM ('sad', 'ok', 'happy');
ALTER TABLE people ALTER COLUMN mood TYPE mood_new USING mood::text::mood_new;
DROP TYPE mood;
ALTER TYPE mood_new RENAME TO mood;
COMMIT;
