-- lockstep: schema
-- lockstep: migration
CREATE TABLE t (id serial PRIMARY KEY, n bigserial);
