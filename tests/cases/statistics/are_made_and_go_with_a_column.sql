-- lockstep: schema
CREATE TABLE t(id int, a int, b text);

-- lockstep: migration
-- expect: ok
CREATE STATISTICS st (mcv, ndistinct) ON b, a, lower(b), (a + 1) FROM t;

-- expect: ok
ALTER STATISTICS st SET STATISTICS 20000;

-- expect: ok
ALTER STATISTICS st RENAME TO su;

-- expect: ok
ALTER TABLE t DROP COLUMN a;

-- expect: 42704
DROP STATISTICS su;
