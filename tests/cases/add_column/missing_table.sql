-- lockstep: schema
-- lockstep: migration
-- expect: 42P01
ALTER TABLE t ADD COLUMN n int;
ALTER TABLE IF EXISTS t ADD COLUMN n int;
