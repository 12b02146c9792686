-- lockstep: schema
CREATE TABLE t (id integer PRIMARY KEY, a integer, b text);
CREATE VIEW v AS SELECT id, a FROM t;
-- lockstep: migration
-- expect: ok
CREATE OR REPLACE VIEW v AS SELECT id, a, b FROM t;
-- expect: 42P16
CREATE OR REPLACE VIEW v AS SELECT id FROM t;
-- expect: 42P16
CREATE OR REPLACE VIEW v AS SELECT a, id, b FROM t;
-- expect: 42809
CREATE OR REPLACE VIEW t AS SELECT 1 AS one;
-- expect: 42P07
CREATE VIEW v AS SELECT 1 AS one;
-- expect: 42703
CREATE VIEW x AS SELECT nothing FROM t;
-- expect: 42P01
CREATE VIEW x AS SELECT 1 AS one FROM nothing;
-- expect: 42702
CREATE VIEW x AS SELECT a FROM t JOIN t AS other ON true;
-- expect: 42803
CREATE VIEW x AS SELECT a, count(*) FROM t;
-- expect: 42701
CREATE VIEW x AS SELECT a, a FROM t;
-- expect: 22023
CREATE VIEW x WITH (fillfactor = 10) AS SELECT a FROM t;
-- expect: 0A000
CREATE VIEW x AS SELECT DISTINCT a FROM t WITH CHECK OPTION;
-- expect: ok
ALTER VIEW v RENAME COLUMN a TO aa;
-- expect: 42809
ALTER TABLE v ADD COLUMN x integer;
-- expect: 42809
CREATE INDEX ON v (id);
