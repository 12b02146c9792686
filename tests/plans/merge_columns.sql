-- recipes: derive_columns, drop_column

-- lockstep: schema
CREATE TABLE people (id uuid PRIMARY KEY, first_name text NOT NULL, last_name text, gone boolean NOT NULL DEFAULT false);
INSERT INTO people (id, first_name, last_name) SELECT md5(n::text)::uuid, 'first' || n, 'last' || n FROM generate_series(1, 12000) AS n;

-- lockstep: migration
ALTER TABLE people ADD COLUMN name text;
UPDATE people AS p SET name = p.first_name || coalesce(' ' || p.last_name, '') WHERE NOT p.gone;
ALTER TABLE people DROP COLUMN first_name, DROP COLUMN last_name;
