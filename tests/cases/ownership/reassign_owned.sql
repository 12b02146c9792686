-- lockstep: schema
CREATE TABLE t(a int PRIMARY KEY);
CREATE ROLE app;
CREATE ROLE other;
ALTER TABLE t OWNER TO app;

-- lockstep: migration
-- expect: ok
REASSIGN OWNED BY app TO other;

-- expect: ok
DROP ROLE app;
