-- recipes: backfill_rows

-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY, name text, email varchar(50), visits integer, score numeric);
INSERT INTO users SELECT n, ' Name ' || n || ' ', 'A' || n || '@X.org', CASE WHEN n % 2 = 0 THEN n END, n + 0.5 FROM generate_series(1, 12000) AS n;

-- lockstep: migration
UPDATE users SET name = trim(name), email = lower(trim(BOTH FROM email));
UPDATE users SET visits = coalesce(visits, 0), score = round(score) WHERE id > 5;
