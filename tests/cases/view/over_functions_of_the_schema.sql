-- lockstep: schema
CREATE TABLE flow (id int PRIMARY KEY, slug text NOT NULL, old int);
CREATE FUNCTION url(flow_row flow) RETURNS text LANGUAGE sql STABLE AS $$ SELECT '/' || flow_row.slug $$;
CREATE FUNCTION plus(int, int DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT $1 + $2 $$;
CREATE ROLE reader;
-- lockstep: migration
-- expect: ok
CREATE VIEW urls AS SELECT f.id, url(f) AS url, plus(f.id) FROM flow f WHERE plus(f.id, 2) > 3;
-- expect: ok
CREATE VIEW alone AS SELECT public.url(flow) AS url FROM flow;
-- expect: ok
GRANT EXECUTE ON FUNCTION url(flow) TO reader;
-- A whole row needs none of the columns.
-- expect: ok
ALTER TABLE flow DROP COLUMN old;
-- expect: 2BP01
ALTER TABLE flow DROP COLUMN id;
-- expect: 2BP01
DROP FUNCTION url(flow);
-- Reading it runs their code.
-- expect: unknown
SELECT * FROM urls;
-- expect: ok
DROP VIEW urls, alone;
-- expect: ok
DROP FUNCTION url(flow);
-- What is not modelled leaves its own name, what it reads and the schema's own that it names.
-- expect: unknown
CREATE VIEW rows AS SELECT count(*) AS count, flow.* IS NULL AS gone FROM flow GROUP BY flow.*;
-- expect: ok
CREATE VIEW other AS SELECT count(*) AS count FROM generate_series(1, 2) AS gone;
-- expect: unknown
DROP VIEW rows;
