-- lockstep: schema
CREATE TABLE r(a int, b text, c int) PARTITION BY RANGE (a, c);
CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (1, 1) TO (10, 5);
CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (10, 5) TO (10, 20);
CREATE TABLE r3 PARTITION OF r FOR VALUES FROM (20, MINVALUE) TO (30, MAXVALUE);
CREATE TABLE l(k text, n int) PARTITION BY LIST (k);
CREATE TABLE l_ab PARTITION OF l FOR VALUES IN ('a', 'b');
CREATE TABLE l_null PARTITION OF l FOR VALUES IN (NULL, 'x');
CREATE TABLE l_rest PARTITION OF l DEFAULT PARTITION BY RANGE (n);
CREATE TABLE l_rest_1 PARTITION OF l_rest FOR VALUES FROM (0) TO (10);
CREATE TABLE l_rest_2 PARTITION OF l_rest DEFAULT;
CREATE TABLE t(ok bool, x int) PARTITION BY LIST (ok);
CREATE TABLE t_yes PARTITION OF t FOR VALUES IN (true);
CREATE TABLE t_no PARTITION OF t FOR VALUES IN (false);

-- lockstep: migration
-- The first column of the key alone.
SELECT * FROM r WHERE a = 10;
-- Both.
SELECT * FROM r WHERE a = 10 AND c = 5;
SELECT * FROM r WHERE a > 10;
-- The second alone tells nothing.
SELECT * FROM r WHERE c = 5;
SELECT * FROM l WHERE k IN ('a', 'c') AND n = 5;
SELECT * FROM l WHERE k IS NULL;
SELECT * FROM l WHERE k <> 'a' AND k <> 'b' AND k IS NOT NULL;
SELECT * FROM l WHERE k = 'a' AND k = 'x';
SELECT * FROM l WHERE false;
SELECT * FROM t WHERE ok;
SELECT * FROM t WHERE NOT ok OR x > 1;
SELECT * FROM t WHERE ok IS NOT TRUE;
-- What is equal to a constant by way of another column.
SELECT * FROM r JOIN l ON r.b = l.k WHERE r.b = 'b';
-- The outer side of a join that is none.
SELECT * FROM r LEFT JOIN l ON r.b = l.k WHERE l.k = 'b';
SELECT * FROM r LEFT JOIN l ON r.b = l.k AND l.k = 'b';
SELECT * FROM (SELECT a, b AS v FROM r) s WHERE s.a = 25;
SELECT * FROM r WHERE a IN (SELECT x FROM t WHERE ok) AND a = 5;
SELECT * FROM r WHERE 1 = 2;
-- Of the sub-partitioned table, only what its own bounds allow.
SELECT * FROM l WHERE k = 'a' OR n = 5;
