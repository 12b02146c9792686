-- recipes: add_primary_key

-- lockstep: schema
CREATE TABLE tags (code text, name text);
INSERT INTO tags SELECT 'c' || n, 'tag ' || n FROM generate_series(1, 9000) AS n;

-- lockstep: migration
ALTER TABLE tags ADD PRIMARY KEY (code);
