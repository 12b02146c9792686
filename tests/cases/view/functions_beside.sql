-- lockstep: schema
CREATE TABLE pool (id int, balances numeric[]);
-- lockstep: migration
-- A function is lateral by what stands beside it, not by what stands around the query.
-- expect: ok
CREATE VIEW sums AS SELECT id, (SELECT sum(b) FROM unnest(p.balances) AS b) AS total FROM pool p;
-- expect: ok
CREATE VIEW each AS SELECT p.id, b FROM pool p, unnest(p.balances) AS b;
-- expect: ok
CREATE VIEW nested AS SELECT id, (SELECT max(c) FROM unnest(p.balances) AS b, generate_series(1, b::int) AS c) FROM pool p;
-- Functions with several columns are printed with the names of all.
-- expect: ok
CREATE VIEW pairs AS SELECT e.key, e.value FROM pool, LATERAL jsonb_each_text(to_jsonb(pool.id)) AS e;
-- expect: ok
CREATE VIEW renamed AS SELECT k, value, n FROM pool p, jsonb_each(to_jsonb(p.balances)) WITH ORDINALITY AS e (k, value, n);
-- expect: ok
CREATE MATERIALIZED VIEW kept AS SELECT key FROM json_each('{"a": 1}');
