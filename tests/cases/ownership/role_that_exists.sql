-- lockstep: schema
CREATE ROLE app;

-- lockstep: migration
-- expect: 42710
CREATE ROLE app;
