-- lockstep: schema
CREATE TABLE t(a serial, b text);
CREATE ROLE app;
ALTER TABLE t OWNER TO app;
GRANT SELECT ON t TO app;

-- lockstep: migration
-- expect: ok
DROP OWNED BY app;

-- expect: ok
DROP ROLE app;
