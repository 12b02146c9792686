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
