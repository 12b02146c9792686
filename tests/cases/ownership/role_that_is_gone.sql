-- lockstep: schema
CREATE ROLE app;
DROP ROLE app;
CREATE TABLE t(a int);

-- lockstep: migration
-- expect: 42704
ALTER TABLE t OWNER TO app;
