-- lockstep: schema
CREATE TABLE t(id int, a int);
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT sum(a) FROM t; END;

-- lockstep: migration
-- expect: 2BP01
ALTER TABLE t DROP COLUMN a;

-- expect: 0A000
ALTER TABLE t ALTER COLUMN a TYPE bigint;

-- expect: ok
ALTER TABLE t DROP COLUMN id;

-- expect: 42703
CREATE FUNCTION g() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT sum(zz) FROM t; END;

-- expect: ok
DROP FUNCTION f;
