-- lockstep: schema
CREATE SCHEMA app;

-- lockstep: migration
-- expect: 0LP01
GRANT SELECT ON SCHEMA app TO PUBLIC;
