-- lockstep: schema
CREATE TABLE parent (id int PRIMARY KEY, o oid UNIQUE);
CREATE TABLE t (a int);
-- lockstep: migration
-- The default method of EXCLUDE is btree.
-- expect: ok
CREATE TABLE ex (a int, CONSTRAINT ex_a EXCLUDE (a WITH =));
-- expect: 0A000
CREATE TABLE f1 (a oid, FOREIGN KEY (tableoid) REFERENCES parent (o));
-- expect: 0A000
CREATE TABLE f2 (a oid, FOREIGN KEY (a) REFERENCES parent (tableoid));
-- expect: 42P17
CREATE TABLE g1 (a int, b int GENERATED ALWAYS AS (b * 2) STORED);
-- expect: 42P17
CREATE TABLE g2 (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c int GENERATED ALWAYS AS (b * 3) STORED);
-- expect: 42P16
CREATE UNLOGGED TABLE pg_temp.u (a int);
-- expect: ok
SELECT a FROM ONLY t WHERE a = 1;
-- A list of one row is like the targets of SELECT.
-- expect: unknown
INSERT INTO t VALUES (generate_series(1, 3));
-- expect: 0A000
INSERT INTO t VALUES (generate_series(1, 3)), (4);
-- expect: unknown
ALTER FOREIGN TABLE IF EXISTS nowhere OPTIONS (SET a 'b');
-- expect: unknown
CREATE TABLE made AS EXECUTE prepared;
