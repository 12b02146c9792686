-- lockstep: schema
CREATE TABLE t(a int, b text, j json);
CREATE INDEX ix ON t(a);

-- lockstep: migration
-- expect: 42P17
CREATE STATISTICS st (dependencies) ON a FROM t;

-- expect: 42701
CREATE STATISTICS st ON a, a FROM t;

-- expect: 0A000
CREATE STATISTICS st ON a, j FROM t;

-- expect: 42703
CREATE STATISTICS st ON a, zz FROM t;

-- expect: 42601
CREATE STATISTICS st (foo) ON a, b FROM t;

-- expect: 0A000
CREATE STATISTICS st ON a, ctid FROM t;

-- expect: 3F000
CREATE STATISTICS s8.x ON a, b FROM t;

-- expect: 42809
CREATE STATISTICS st ON a, b FROM ix;

-- expect: 22023
ALTER STATISTICS st SET STATISTICS -2;
