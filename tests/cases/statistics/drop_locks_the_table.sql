-- lockstep: schema
CREATE TABLE t(a int, b text);
CREATE STATISTICS st ON a, b FROM t;

-- lockstep: migration
-- expect: ok
DROP STATISTICS st;
