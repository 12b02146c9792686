-- A trigger that only raises refuses the rows that certainly come to it.
-- lockstep: schema
CREATE TABLE p (i int) PARTITION BY RANGE (i);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
CREATE TABLE t (a int NOT NULL);
CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TRIGGER x AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION no();
CREATE TRIGGER y BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION no();
-- lockstep: migration
-- expect: P0001
INSERT INTO p VALUES (1);
-- expect: 23514
INSERT INTO p VALUES (11);
-- expect: ok
ALTER TABLE p DISABLE TRIGGER x;
-- expect: ok
INSERT INTO p VALUES (1);
-- expect: P0001
INSERT INTO t VALUES (1);
-- expect: unknown
DELETE FROM t;
