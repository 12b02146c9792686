-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a varchar(20) NOT NULL DEFAULT 'x', b text);
-- lockstep: migration
CREATE TABLE c1 AS SELECT * FROM t;
CREATE TABLE c2 (x, y) AS SELECT id, a AS z FROM t WITH NO DATA;
CREATE UNLOGGED TABLE IF NOT EXISTS c2 AS SELECT id FROM t;
-- expect: 42701
CREATE TABLE c3 AS SELECT id, id FROM t;
