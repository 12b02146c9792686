-- lockstep: schema
CREATE EXTENSION moddatetime;
CREATE EXTENSION pgcrypto;
CREATE EXTENSION hstore;
CREATE EXTENSION ltree;
CREATE EXTENSION unaccent;
CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), changed timestamp, name text, path ltree, h hstore);
-- lockstep: migration
-- expect: depends_on_data unless:23505
UPDATE t SET id = gen_random_uuid(), name = unaccent(name);
-- expect: ok
CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION moddatetime(changed);
-- expect: 42P17
CREATE INDEX ON t (unaccent(name));
-- expect: ok
CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT public.unaccent($1) $$;
-- expect: ok
CREATE INDEX ON t (plain(name));
-- expect: ok
CREATE INDEX ON t USING gist (path);
-- expect: depends_on_data unless:22003 unless:22012 unless:22P02 table_rewrite
ALTER TABLE t ADD COLUMN deep bool GENERATED ALWAYS AS (path <@ 'a.b') STORED;
-- expect: depends_on_data unless:22003 unless:22012 unless:22P02 table_rewrite
ALTER TABLE t ALTER COLUMN h SET DEFAULT '', ADD COLUMN has bool GENERATED ALWAYS AS (h ? 'k') STORED;
-- expect: ok
INSERT INTO t (name, path) VALUES (encode(digest('x', 'sha256'), 'hex'), 'a.b');
-- expect: 2BP01
DROP EXTENSION moddatetime;
-- expect: ok
DROP EXTENSION moddatetime CASCADE;
