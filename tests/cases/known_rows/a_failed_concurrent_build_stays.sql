-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
INSERT INTO t VALUES (1, 7), (2, 7), (3, 8);
-- lockstep: migration
-- expect: 23505
CREATE UNIQUE INDEX CONCURRENTLY ix ON t (a);
-- expect: ok
INSERT INTO t VALUES (4, 8);
-- expect: 42P07
CREATE INDEX ix ON t (a);
