-- Rows that the text itself holds decide.
-- lockstep: schema
CREATE TABLE parents (id int PRIMARY KEY);
INSERT INTO parents VALUES (1), (2);
CREATE TABLE t (id int PRIMARY KEY, a int, b text, p int);
INSERT INTO t VALUES (1, 10, 'x', 1), (2, 20, 'x', 2), (3, NULL, 'y', NULL);
CREATE TABLE counted (id int PRIMARY KEY);
INSERT INTO counted VALUES (1), (2), (4);
-- lockstep: migration
-- expect: 23505
UPDATE counted SET id = id + 1;
-- expect: ok
UPDATE counted SET id = id + 10;
-- expect: ok
ALTER TABLE t ADD CONSTRAINT fine CHECK (a > 0);
-- expect: 23514
ALTER TABLE t ADD CONSTRAINT small CHECK (a < 20);
-- expect: 23505
ALTER TABLE t ADD CONSTRAINT b_once UNIQUE (b);
-- expect: ok
ALTER TABLE t ADD CONSTRAINT a_once UNIQUE (a);
-- expect: 23502
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
-- expect: ok
ALTER TABLE t ADD CONSTRAINT t_p_fkey FOREIGN KEY (p) REFERENCES parents (id);
-- expect: 23503
DELETE FROM parents WHERE id = 1;
-- expect: 23503
INSERT INTO t VALUES (4, 40, 'z', 3);
-- expect: 23505
INSERT INTO t VALUES (4, 10, 'z', 1);
-- expect: 23514
INSERT INTO t VALUES (4, -1, 'z', 1);
-- expect: ok
INSERT INTO t VALUES (4, 40, 'z', 1);
-- expect: ok
UPDATE t SET a = 30 WHERE a IS NULL;
-- expect: ok
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
