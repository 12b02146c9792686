-- recipes: rename_enum_value

-- lockstep: schema
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE people (id bigint PRIMARY KEY, mood mood NOT NULL DEFAULT 'ok');
INSERT INTO people (id, mood) SELECT n, (enum_range(NULL::mood))[1 + n % 2] FROM generate_series(1, 9000) AS n;

-- lockstep: migration
ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
