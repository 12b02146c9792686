-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
-- lockstep: migration
-- expect: 42703
INSERT INTO t (id, b) VALUES (1, 2);
-- expect: 42601
INSERT INTO t (id) VALUES (1, 2);
-- expect: 42601
INSERT INTO t (id, a) VALUES (1);
-- expect: 42P01
INSERT INTO missing VALUES (1);
-- expect: 42804
INSERT INTO t (id) VALUES (true);
-- expect: 22P02
INSERT INTO t (id) VALUES ('one');
