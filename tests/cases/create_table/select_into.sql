-- SELECT INTO is CREATE TABLE AS in other words.
-- lockstep: schema
CREATE TABLE t (a int, b text);
-- lockstep: migration
-- expect: ok
SELECT a, b AS c INTO u FROM t WHERE a > 0;
-- expect: 42P07
SELECT * INTO u FROM t;
-- expect: ok
SELECT a INTO TEMP TABLE w FROM t;
-- expect: ok
SELECT 1 AS a, 'x' AS b INTO UNLOGGED v;
-- expect: 42703
SELECT missing INTO x FROM t;
-- expect: ok
DROP TABLE u, w, v;
