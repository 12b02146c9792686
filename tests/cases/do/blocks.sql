-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE TABLE u (id int);

-- lockstep: migration
-- expect: ok
DO $$ BEGIN CREATE TYPE mood AS ENUM ('a', 'b'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
-- expect: ok
DO $$ BEGIN CREATE TYPE mood AS ENUM ('a', 'b'); EXCEPTION WHEN duplicate_object THEN RAISE NOTICE 'type % is there', 'mood'; END $$;
-- expect: ok
DO $$ BEGIN ALTER TABLE u ADD COLUMN a int; ALTER TABLE u ADD COLUMN a int; EXCEPTION WHEN duplicate_column THEN NULL; END $$;
-- expect: ok
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood') THEN CREATE TYPE mood AS ENUM ('a'); END IF; END $$;
-- expect: ok
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'b') THEN ALTER TABLE t ADD COLUMN b text; ELSE RAISE EXCEPTION 'no'; END IF; END $$;
-- expect: ok
DO $$ BEGIN IF EXISTS (SELECT 1 FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = 't' AND column_name = 'b') THEN ALTER TABLE t RENAME COLUMN b TO c; END IF; END $$;
-- expect: ok
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 't_a_check' AND conrelid = 't'::regclass) THEN ALTER TABLE t ADD CONSTRAINT t_a_check CHECK (a > 0) NOT VALID; END IF; END $$;
-- expect: ok
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = 't_a_idx' AND n.nspname = 'public') THEN CREATE INDEX t_a_idx ON t (a); END IF; END $$;
-- expect: ok
DO $$ DECLARE r record; BEGIN FOR r IN SELECT conname FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'c' LOOP EXECUTE 'ALTER TABLE t DROP CONSTRAINT ' || quote_ident(r.conname); END LOOP; END $$;
-- expect: ok
DO $$ DECLARE x text; BEGIN FOREACH x IN ARRAY ARRAY['t', 'u'] LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN tenant int', x); END LOOP; END $$;
-- expect: ok
DO $$ BEGIN IF to_regclass('public.nope') IS NULL THEN CREATE TABLE nope (id int); END IF; END $$;
-- expect: ok
DO $$ DECLARE n text; BEGIN SELECT conname INTO n FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'p'; IF n IS NOT NULL THEN EXECUTE format('ALTER TABLE t RENAME CONSTRAINT %I TO t_key', n); END IF; END $$;
-- expect: 23505
DO $$ BEGIN RAISE EXCEPTION 'stop %', 1 USING ERRCODE = 'unique_violation'; END $$;
-- expect: P0001
DO $$ BEGIN RAISE EXCEPTION 'stop'; END $$;
-- expect: 25001
DO $$ BEGIN CREATE INDEX CONCURRENTLY ON t (a); END $$;
-- expect: ok
DO $$ BEGIN DROP TABLE nix; EXCEPTION WHEN undefined_table OR syntax_error_or_access_rule_violation THEN RAISE NOTICE '%', SQLERRM; END $$;
-- expect: ok
DO $$ BEGIN IF (SELECT count(*) FROM pg_class WHERE relname = 't') = 1 THEN DROP TABLE u; END IF; END $$;
-- expect: ok
DO LANGUAGE plpgsql 'BEGIN EXECUTE ''DROP TABLE nope''; END';
BEGIN;
-- expect: 2D000
DO $$ BEGIN UPDATE t SET a = 1; COMMIT; END $$;
