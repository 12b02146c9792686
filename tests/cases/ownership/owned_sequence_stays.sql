-- lockstep: schema
CREATE TABLE t(a serial);
CREATE ROLE app;

-- lockstep: migration
-- expect: 0A000
ALTER SEQUENCE t_a_seq OWNER TO app;
