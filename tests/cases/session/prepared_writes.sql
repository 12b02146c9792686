-- lockstep: schema
CREATE TABLE t(a int);

-- lockstep: migration
-- expect: unknown
PREPARE w AS INSERT INTO t VALUES (1);

-- expect: ok
EXECUTE w;

-- expect: 26000
EXECUTE other;
