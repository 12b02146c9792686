-- lockstep: schema
CREATE TABLE t(id int PRIMARY KEY, a int, b text, c numeric(10, 2));
CREATE TABLE p(k int, v text) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE INDEX ON p(v);
CREATE FUNCTION tells(x text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN RAISE NOTICE 'tells %', $1; RETURN true; END $$;

-- lockstep: migration
-- Nothing in it can be refused.
-- expect: ok
SELECT a, count(*), sum(id), min(b), avg(id) FROM t WHERE b LIKE 'x%' AND c IS NOT NULL GROUP BY a ORDER BY 2, 1;

-- expect: ok
SELECT tableoid::regclass, ctid, id::bigint, t::text FROM t WHERE b IS DISTINCT FROM 'x' LIMIT 1;

-- expect: depends_on_data
SELECT id / a FROM t;

-- expect: depends_on_data
SELECT id + 1 FROM t;

-- expect: ok
SELECT id / 2, a % 3 FROM t;

-- expect: depends_on_data
SELECT b::int FROM t;

-- expect: depends_on_data
SELECT (SELECT a FROM t x WHERE x.id < t.id) FROM t;

-- expect: ok
SELECT (SELECT max(a) FROM t x WHERE x.id < t.id) FROM t;

-- expect: ok
SELECT * FROM t WHERE tells(b);

-- Catalogs are read without a lock on anything of the schema.
-- expect: ok
SELECT c.relname, a.attname, pg_get_constraintdef(k.oid) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid WHERE c.oid = 't'::regclass AND a.attnum = ANY (k.conkey);

-- expect: 42703
SELECT relnam FROM pg_class;

-- expect: 42P01
SELECT oid FROM pg_class WHERE oid = 'nowhere'::regclass;

-- expect: ok
SELECT table_name FROM information_schema.tables WHERE table_schema = 'public';

-- expect: ok
SELECT relid, level FROM pg_partition_tree('p');

-- expect: ok
SELECT count(*) FROM pg_partition_tree('p_v_idx');

-- Only planned, so nothing of the rows is computed.
-- expect: ok
EXPLAIN SELECT id / a FROM t;
