-- A query opens every partition, unless it compares a column of the key with a constant.
-- lockstep: schema
CREATE TABLE t (a int, b int, c text) PARTITION BY LIST (a);
CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2);
CREATE TABLE u (x int, y int) PARTITION BY RANGE (x);
CREATE TABLE u1 PARTITION OF u FOR VALUES FROM (1) TO (10);
CREATE FUNCTION f(p text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE p; RETURN 1; END $$;
CREATE TABLE r (a int, b text) PARTITION BY RANGE (a);
CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (MINVALUE) TO (1);
CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (1) TO (10) PARTITION BY LIST (b);
CREATE TABLE r2x PARTITION OF r2 FOR VALUES IN ('x', 'y');
CREATE TABLE r2n PARTITION OF r2 FOR VALUES IN (NULL);
CREATE TABLE r2z PARTITION OF r2 FOR VALUES IN ('z');
CREATE TABLE r3 PARTITION OF r FOR VALUES FROM (20) TO (30);
CREATE TABLE rd PARTITION OF r DEFAULT;
-- lockstep: migration
-- expect: ok
SELECT * FROM t WHERE b = 1;
-- expect: ok
SELECT * FROM t WHERE a = 1;
-- expect: ok
SELECT t.b, u.y FROM t JOIN u ON t.a = u.x WHERE t.b = 1 ORDER BY 1;
-- expect: ok
SELECT t.b, u.y FROM t JOIN u ON t.a = u.x WHERE u.x = 1;
-- expect: ok
SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.a AND u.y = 5);
-- expect: ok
SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.a AND u.x = 5);
-- expect: ok
SELECT * FROM (SELECT a AS z, b FROM t) s WHERE z = 1;
-- expect: ok
SELECT * FROM t ORDER BY a LIMIT 1;
-- expect: missing_lock_timeout
SELECT f('ALTER TABLE u ADD z int');
-- expect: ok
ALTER TABLE t ADD z int;
-- expect: ok
SELECT * FROM r WHERE a < 1;
-- expect: ok
SELECT * FROM r WHERE a <= 1 AND b = 'x';
-- expect: ok
SELECT * FROM r WHERE a > 9 AND a < 25;
-- expect: ok
SELECT * FROM r WHERE a = 15 OR b IS NULL AND a = 2;
-- expect: ok
SELECT * FROM r WHERE a IS NULL;
-- expect: ok
SELECT * FROM r WHERE a BETWEEN 20 AND 29;
-- expect: ok
SELECT * FROM r WHERE a IN (0, 5) AND b <> 'x';
-- expect: depends_on_data
SELECT * FROM r WHERE a + 1 = 5;
