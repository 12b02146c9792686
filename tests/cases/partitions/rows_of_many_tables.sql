-- lockstep: schema
CREATE TABLE p(a int, b int NOT NULL) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
CREATE INDEX ON p(b);
CREATE TABLE s(a int, b int);
CREATE TABLE parent(x int PRIMARY KEY, y text);
CREATE TABLE child(z int CHECK (z > 0)) INHERITS (parent);
CREATE TABLE pk(id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE pk1 PARTITION OF pk FOR VALUES IN (1);
CREATE TABLE fk(id int REFERENCES pk);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'x'; RETURN NULL; END $$;

-- lockstep: migration
-- Which partition takes a row is known when it runs.
-- expect: depends_on_data
INSERT INTO p SELECT i % 20, i FROM generate_series(1, 100) i;
-- expect: depends_on_data
INSERT INTO p1 SELECT a, b FROM s;
-- expect: depends_on_data
UPDATE p SET b = 5 WHERE a = 3;
-- Rows may move.
-- expect: depends_on_data
UPDATE p SET a = 12 WHERE a = 3;
-- expect: ok
DELETE FROM p WHERE a = 11;
-- expect: depends_on_data
UPDATE parent SET y = 'z' || y, x = 4 WHERE x = 3;
-- expect: ok
EXPLAIN UPDATE p SET b = 5 WHERE a = 3;
-- expect: ok
EXPLAIN DELETE FROM parent WHERE x = 1;
-- expect: ok
EXPLAIN INSERT INTO p SELECT a, b FROM s;
-- The look-up opens the partitions that its plan needs.
-- expect: depends_on_data
INSERT INTO fk VALUES (1);
-- Prepared with parameters: planned for their values, or for any.
-- expect: ok
PREPARE q(int) AS SELECT * FROM p WHERE a = $1;
-- expect: ok
EXPLAIN EXECUTE q(3);
SET plan_cache_mode = force_custom_plan;
-- expect: ok
EXECUTE q(12);
-- expect: 42601
EXECUTE q(1, 2);
-- expect: ok
PREPARE g(int) AS SELECT * FROM pk1 WHERE id < $1;
SET plan_cache_mode = force_generic_plan;
-- expect: ok
EXECUTE g(3);
-- expect: 0A000
CREATE TRIGGER t AFTER INSERT ON p1 REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION note();
CREATE TABLE p3(a int, b int NOT NULL);
CREATE TRIGGER t AFTER INSERT ON p3 REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION note();
-- expect: 0A000
ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (20) TO (30);
-- Rows that refer to them are looked for, and may refuse it.
-- expect: depends_on_data
DELETE FROM pk WHERE id = 1;
-- expect: depends_on_data
UPDATE pk SET id = 1 WHERE id = 2;
