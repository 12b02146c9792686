-- lockstep: schema

-- lockstep: migration
-- expect: ok
CREATE TABLE pp (a int);

-- expect: ok
CREATE TABLE ip (a int, b int) PARTITION BY RANGE (a);

-- expect: ok
CREATE TABLE ip1 PARTITION OF ip FOR VALUES FROM (0) TO (1000) PARTITION BY RANGE (b);

-- expect: ok
CREATE TABLE ip11 PARTITION OF ip1 FOR VALUES FROM (0) TO (100);

-- expect: ok
CREATE INDEX ON ip ((a + b));

-- expect: ok
CREATE INDEX ON ONLY ip1 ((a + b));

-- expect: ok
CREATE INDEX ON ip11 ((a + b));

-- expect: ok
CREATE INDEX ON ip11 ((a + b));

-- expect: ok
CREATE SEQUENCE s2 AS smallint;

-- expect: ok
CREATE SEQUENCE s13;

-- expect: ok
ALTER SEQUENCE s13 AS smallint;

-- expect: ok
ALTER SEQUENCE s13 AS int;

-- expect: ok
CREATE SEQUENCE s14 MINVALUE -32768 AS smallint START -32768;

-- expect: ok
CREATE SEQUENCE s12 AS int MINVALUE -2147483648 START -2147483648;

-- expect: 22023
ALTER SEQUENCE s12 AS smallint;

-- expect: ok
ALTER SEQUENCE s14 AS int;

-- expect: ok
CREATE SEQUENCE s17 AS smallint MAXVALUE 32767 MINVALUE -32768 START 1;

-- expect: ok
ALTER SEQUENCE s17 AS bigint;

-- expect: ok
CREATE SEQUENCE s18 INCREMENT BY -1;

-- expect: ok
ALTER SEQUENCE s18 AS int;

-- expect: ok
ALTER SEQUENCE s18 AS smallint;

-- expect: ok
CREATE TEMP SEQUENCE ts;

-- expect: ok
BEGIN READ ONLY;

-- expect: ok
SELECT nextval('ts');

-- expect: ok
SELECT setval('ts', 5);

-- expect: 25006
SELECT nextval('s18');

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: 25006
CREATE TEMP TABLE tt (a int);

-- expect: ok
ROLLBACK;

-- expect: ok
CREATE TEMP TABLE tt (a serial);

-- expect: ok
BEGIN READ ONLY;

-- expect: ok
INSERT INTO tt VALUES (1);

-- expect: ok
INSERT INTO tt DEFAULT VALUES;

-- expect: ok
UPDATE tt SET a = 2;

-- expect: ok
DELETE FROM tt;

-- expect: 25006
CREATE INDEX ON tt (a);

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: 25006
TRUNCATE tt;

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: ok
LOCK TABLE tt IN EXCLUSIVE MODE;

-- expect: ok
ROLLBACK;

-- expect: ok
CREATE TABLE con (a int);

-- expect: ok
INSERT INTO con VALUES (1);

-- expect: ok
BEGIN READ ONLY;

-- expect: 25006
INSERT INTO con VALUES (1);

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: 25006
TRUNCATE tt;

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: ok
LOCK TABLE tt IN EXCLUSIVE MODE;

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: ok
LOCK TABLE pp IN EXCLUSIVE MODE;

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: ok
LOCK TABLE pp IN ROW SHARE MODE;

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: unknown
SELECT * FROM pp FOR UPDATE;

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: unknown
SELECT * FROM tt FOR UPDATE;

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: ok
ANALYZE tt;

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: 25006
COMMENT ON TABLE tt IS 'x';

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: ok
REINDEX TABLE tt;

-- expect: ok
ROLLBACK;

-- expect: ok
BEGIN READ ONLY;

-- expect: 25006
DELETE FROM pp;

-- expect: ok
ROLLBACK;
