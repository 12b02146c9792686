-- lockstep: schema
CREATE TABLE t (id integer PRIMARY KEY, a integer);
CREATE VIEW v AS SELECT id, a FROM t;
-- lockstep: migration
-- expect: ok
CREATE MATERIALIZED VIEW m AS SELECT a, count(*) AS n FROM v GROUP BY a WITH NO DATA;
-- expect: 55000
SELECT n FROM m;
-- expect: 0A000
REFRESH MATERIALIZED VIEW CONCURRENTLY m;
-- expect: ok
REFRESH MATERIALIZED VIEW m;
-- expect: 55000
REFRESH MATERIALIZED VIEW CONCURRENTLY m;
-- expect: depends_on_data
CREATE UNIQUE INDEX ON m (a);
-- expect: ok
REFRESH MATERIALIZED VIEW CONCURRENTLY m;
-- expect: 42809
INSERT INTO m VALUES (1, 1);
-- expect: 2BP01
DROP VIEW v;
-- expect: 42809
DROP VIEW m;
-- expect: 0A000
REFRESH MATERIALIZED VIEW t;
-- expect: ok
DROP MATERIALIZED VIEW m;
