-- lockstep: schema
CREATE TABLE t(a int);
CREATE INDEX ix ON t(a);

-- lockstep: migration
-- expect: 42809
GRANT SELECT ON ix TO PUBLIC;
