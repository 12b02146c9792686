-- lockstep: schema
CREATE TABLE "user" (id int PRIMARY KEY);
CREATE TABLE plain (updated_at timestamptz);
CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at = now(); RETURN NEW; END $$;
-- lockstep: migration
-- expect: ok
CREATE FUNCTION touch(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER set_updated_at BEFORE UPDATE ON %s FOR EACH ROW
                    WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION set_updated_at()', target);
END
$$;
-- expect: ok
CREATE PROCEDURE add_time_columns(target regclass, remark text DEFAULT 'timed') LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT now(),
                                   ADD COLUMN IF NOT EXISTS updated_at timestamptz', target);
    EXECUTE format('COMMENT ON TABLE %s IS %L', target, remark);
    PERFORM touch(target);
END
$$;
-- expect: ok
CALL add_time_columns('"user"');
-- expect: 42P01
CALL add_time_columns('nobody');
-- expect: ok
SELECT touch('plain');
-- expect: 42710
SELECT touch('plain');
