-- lockstep: schema
CREATE TABLE t(a int);

-- lockstep: migration
-- expect: 42703
GRANT SELECT (b) ON t TO PUBLIC;
