-- lockstep: schema
CREATE SCHEMA extensions;
CREATE SCHEMA other;
-- lockstep: migration
-- expect: 3F000
CREATE EXTENSION citext SCHEMA missing;
-- expect: ok
CREATE EXTENSION citext WITH SCHEMA extensions;
-- expect: ok
CREATE EXTENSION pg_trgm SCHEMA extensions VERSION '1.6';
-- expect: 42704
CREATE TABLE t (a citext);
-- expect: 42704
CREATE TABLE t (a public.citext);
-- expect: ok
CREATE TABLE t (a extensions.citext UNIQUE, b text CHECK (extensions.similarity(b, 'x') > 0));
-- expect: ok
CREATE INDEX ON t USING gin (b extensions.gin_trgm_ops);
-- expect: 42704
CREATE INDEX ON t USING gin (b gin_trgm_ops);
-- expect: 42883
ALTER TABLE t ADD CHECK (similarity(b, 'x') > 0);
-- expect: ok
SET search_path TO public, extensions;
-- expect: ok
ALTER TABLE t ADD CHECK (a <> 'x'), ADD CHECK (b % 'y');
-- expect: ok
RESET search_path;
-- expect: ok
ALTER EXTENSION citext SET SCHEMA other;
-- expect: ok
ALTER EXTENSION citext SET SCHEMA other;
-- expect: ok
ALTER EXTENSION citext UPDATE;
-- expect: 3F000
ALTER EXTENSION citext SET SCHEMA missing;
-- expect: 42704
ALTER EXTENSION hstore UPDATE;
-- expect: ok
COMMENT ON EXTENSION citext IS 'no case';
-- expect: ok
ALTER SCHEMA other RENAME TO another;
-- expect: 2BP01
DROP SCHEMA another;
-- expect: ok
DROP SCHEMA another CASCADE;
-- expect: 42704
DROP EXTENSION citext;
