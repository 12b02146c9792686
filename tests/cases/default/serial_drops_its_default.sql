-- lockstep: schema
CREATE TABLE t (id serial PRIMARY KEY);
-- lockstep: migration
ALTER TABLE t ALTER COLUMN id DROP DEFAULT;
