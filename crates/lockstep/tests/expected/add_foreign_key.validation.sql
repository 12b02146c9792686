-- Validation queries of up.sql, for PostgreSQL 18.
-- Before the migration:  psql -X -v at=0 -f FILE
-- At its end:            psql -X -v at=2 -f FILE
-- In between, at is the number of the last step that is done.
-- -v sample=1 asks a part of large tables.
-- It reads only: each answer stands beside what is expected.
\set QUIET on
\if :{?at}
\else
\set at 0
\endif
\if :{?sample}
\else
\set sample 0
\endif
\pset tuples_only on
\pset format unaligned
\pset fieldsep '  '
BEGIN TRANSACTION READ ONLY;
SET LOCAL search_path = public;
SET LOCAL statement_timeout = '10min';

-- 1. Row count: rows of orders, to compare with at the end (before step 1)
-- Expected: kept for the end.
SELECT :at BETWEEN 0 AND 0 AS lockstep_now \gset
\if :lockstep_now
SAVEPOINT lockstep;
SELECT found AS rows_orders FROM (
SELECT count(*) FROM orders
) AS answer(found) \gset
SELECT 'keep', 'rows of orders, to compare with at the end', :'rows_orders';
SELECT '        at the end, add  -v "rows_orders=' || :'rows_orders' || '"';
ROLLBACK TO SAVEPOINT lockstep;
\endif

-- 2. Orphans: rows of orders whose user_id refers to no row of users (before step 1; from the start on)
-- Expected: 0. Prevents: 23503 foreign_key_violation.
SELECT :at BETWEEN 0 AND 0 AS lockstep_now \gset
\if :lockstep_now
\if :sample
SAVEPOINT lockstep;
SELECT CASE WHEN found::text = '0' THEN 'ok  ' ELSE 'FAIL' END, 'rows of orders whose user_id refers to no row of users (in 0.3333 % of its pages)', 'found ' || coalesce(found::text, 'null') || ', expected ' || '0'
FROM (
SELECT count(*) FROM (SELECT * FROM orders TABLESAMPLE SYSTEM (0.3333)) AS c WHERE c.user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users AS p WHERE p.id = c.user_id)
) AS answer(found);
ROLLBACK TO SAVEPOINT lockstep;
\else
SAVEPOINT lockstep;
SELECT CASE WHEN found::text = '0' THEN 'ok  ' ELSE 'FAIL' END, 'rows of orders whose user_id refers to no row of users', 'found ' || coalesce(found::text, 'null') || ', expected ' || '0'
FROM (
SELECT count(*) FROM orders AS c WHERE c.user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users AS p WHERE p.id = c.user_id)
) AS answer(found);
ROLLBACK TO SAVEPOINT lockstep;
\endif
\endif

-- 3. Row count: rows of orders, as many as before (at the end)
-- Expected: the same as before, as long as nobody else writes; no growing key tells new rows from old ones.
SELECT :at BETWEEN 2 AND 2 AS lockstep_now \gset
\if :lockstep_now
SAVEPOINT lockstep;
\if :{?rows_orders}
SELECT CASE WHEN found::text = :'rows_orders' THEN 'ok  ' ELSE 'FAIL' END, 'rows of orders, as many as before', 'found ' || coalesce(found::text, 'null') || ', expected ' || :'rows_orders'
FROM (
SELECT count(*) FROM orders
) AS answer(found);
\else
SELECT 'skip', 'rows of orders, as many as before', 'no -v rows_orders was given';
\endif
ROLLBACK TO SAVEPOINT lockstep;
\endif
COMMIT;
