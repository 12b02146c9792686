-- lockstep: schema
CREATE TABLE flow (id int PRIMARY KEY, slug text NOT NULL, data jsonb, at timestamptz);
CREATE TABLE step (id int PRIMARY KEY, flow_id int NOT NULL REFERENCES flow, name varchar(20));
CREATE TYPE pair AS (a int, b text);
-- lockstep: migration
-- A field of a parameter of a row type.
-- expect: ok
CREATE FUNCTION url(flow_row flow) RETURNS text LANGUAGE sql STABLE AS $$ SELECT '/' || flow_row.slug $$;
-- expect: ok
CREATE FUNCTION steps(flow_row flow) RETURNS SETOF step LANGUAGE sql STABLE AS $$ SELECT * FROM step WHERE flow_id = flow_row.id $$;
-- expect: ok
CREATE FUNCTION first_step(flow_row flow) RETURNS text LANGUAGE sql STABLE AS $$ SELECT name FROM step WHERE step.flow_id = first_step.flow_row.id LIMIT 1 $$;
-- expect: 42P01
CREATE FUNCTION wrong(flow_row flow) RETURNS text LANGUAGE sql STABLE AS $$ SELECT name FROM step WHERE flow_id = flow_row.nope $$;
-- expect: 42P01
CREATE FUNCTION wrong(flow_row flow) RETURNS text LANGUAGE sql STABLE AS $$ SELECT name FROM step WHERE flow_id = nope.id $$;
-- A column goes before a parameter of its name.
-- expect: ok
CREATE FUNCTION by_name(name text) RETURNS TABLE (id int, slug text) LANGUAGE sql AS $$ WITH own AS (SELECT flow_id FROM step WHERE name = $1) SELECT flow.id, flow.slug FROM flow JOIN own ON own.flow_id = flow.id $$;
-- expect: ok
CREATE FUNCTION of_both(n int, OUT a int, OUT b text) LANGUAGE sql AS $$ SELECT count(*)::int, max(slug) FROM flow WHERE id > n $$;
-- expect: 42P13
CREATE FUNCTION pairs() RETURNS SETOF pair LANGUAGE sql AS $$ SELECT id FROM flow $$;
-- expect: 42P13
CREATE FUNCTION pairs() RETURNS SETOF pair LANGUAGE sql AS $$ SELECT id, slug, data FROM flow $$;
-- expect: 42P13
CREATE FUNCTION pairs() RETURNS SETOF pair LANGUAGE sql AS $$ SELECT slug, slug FROM flow $$;
-- expect: 42P13
CREATE FUNCTION many() RETURNS int LANGUAGE sql AS $$ SELECT id, slug FROM flow $$;
-- expect: 42P13
CREATE FUNCTION many() RETURNS int LANGUAGE sql AS $$ SELECT slug FROM flow $$;
-- expect: ok
CREATE FUNCTION many() RETURNS SETOF record LANGUAGE sql AS $$ SELECT slug, id FROM flow $$;
