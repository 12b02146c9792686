-- lockstep: schema
CREATE ROLE reader;
CREATE TABLE t(a int, b int);
CREATE TABLE u(a int);
CREATE VIEW v AS SELECT a FROM u;
CREATE TABLE s(id serial, a int);
GRANT SELECT ON t, v TO reader;
GRANT INSERT ON u, s TO reader;

-- lockstep: migration
-- expect: ok
SET SESSION AUTHORIZATION reader;

-- expect: ok
SELECT a FROM t;

-- expect: ok
SELECT a FROM v;

-- expect: 42501
SELECT a FROM u;

-- expect: ok
INSERT INTO u VALUES (1);

-- expect: 42501
INSERT INTO u VALUES (1) RETURNING a;

-- expect: 42501
INSERT INTO t VALUES (1, 2);

-- expect: 42501
UPDATE t SET b = 1;

-- expect: 42501
DELETE FROM t WHERE a = 1;

-- expect: 42501
INSERT INTO u SELECT a FROM u;

-- expect: 42703
SELECT c FROM u;

-- expect: 42501
TRUNCATE t;

-- expect: ok
RESET SESSION AUTHORIZATION;

-- expect: ok
REVOKE SELECT ON t FROM reader;

-- expect: ok
SET ROLE reader;

-- expect: 42501
SELECT a FROM t;
