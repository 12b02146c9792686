-- lockstep: schema
CREATE SEQUENCE s;

-- lockstep: migration
-- expect: ok
ALTER SEQUENCE s SET UNLOGGED;
