-- lockstep: schema
CREATE TABLE t(a serial);
CREATE ROLE app;
ALTER TABLE t OWNER TO app;

-- lockstep: migration
-- expect: ok
ALTER TABLE t OWNER TO app;
