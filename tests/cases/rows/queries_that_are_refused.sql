-- lockstep: schema
CREATE TABLE t(id int PRIMARY KEY, a int, b text);

-- lockstep: migration
-- expect: 42703
SELECT zz FROM t;

-- expect: 42803
SELECT a, b FROM t GROUP BY a;

-- expect: ok
SELECT a, b FROM t ORDER BY a;

-- expect: 42P01
SELECT u.a FROM t;
