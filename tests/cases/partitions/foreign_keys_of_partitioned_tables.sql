-- lockstep: migration
CREATE TABLE pk(a int, b int, PRIMARY KEY(a, b));
CREATE TABLE fk(a int DEFAULT 5, b int DEFAULT 7) PARTITION BY RANGE (a, b);
CREATE TABLE fk_1 PARTITION OF fk FOR VALUES FROM (0, 0) TO (1000, 1000);
CREATE TABLE fk_3 PARTITION OF fk FOR VALUES FROM (2000, 2000) TO (3000, 3000) PARTITION BY HASH (a);
CREATE TABLE fk_30 PARTITION OF fk_3 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE fk_31 PARTITION OF fk_3 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
ALTER TABLE fk ADD FOREIGN KEY (a, b) REFERENCES pk ON DELETE SET DEFAULT ON UPDATE SET DEFAULT;
INSERT INTO pk VALUES (2502, 2503), (5, 7), (500, 501);
-- Which partition takes the row of a hash is seen when it runs.
-- expect: depends_on_data
INSERT INTO fk VALUES (2502, 2503);
-- expect: depends_on_data
INSERT INTO fk_3 VALUES (2502, 2503);
-- What refers to the row is looked for in the partitions that may hold it.
-- expect: depends_on_data
UPDATE pk SET a = 1500 WHERE a = 2502;
-- expect: depends_on_data
DELETE FROM pk WHERE a = 500;
SELECT * FROM fk WHERE a = 2502;
ALTER TABLE fk DROP CONSTRAINT fk_a_b_fkey;
-- expect: depends_on_data
ALTER TABLE fk ADD FOREIGN KEY (a, b) REFERENCES pk DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO fk VALUES (7, 8);
INSERT INTO pk VALUES (7, 8);
-- expect: depends_on_data
SET CONSTRAINTS ALL IMMEDIATE;
COMMIT;
BEGIN;
INSERT INTO fk VALUES (9, 9);
INSERT INTO pk VALUES (9, 9);
-- The check waits for the end.
-- expect: depends_on_data
COMMIT;
