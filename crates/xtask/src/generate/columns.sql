WITH typed AS (
  SELECT a.attrelid, a.attnum, a.attname, CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END AS type
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attnum > 0 AND NOT a.attisdropped
)
SELECT CASE WHEN n.nspname = 'pg_catalog' THEN '' ELSE n.nspname || '.' END || c.relname,
       string_agg(attname || ':' || type, ',' ORDER BY attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN typed ON attrelid = c.oid
WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v')
  AND c.relname !~ '^(_pg_|pg_stat_|pg_statio_|sql_)'
GROUP BY n.nspname, c.relname
UNION ALL
SELECT p.proname || '(' || p.oid || ')',
       (SELECT string_agg(coalesce(nullif(names[i], ''), 'column' || i) || ':' || types[i], ',' ORDER BY i)
        FROM generate_subscripts(p.proallargtypes, 1) i, LATERAL (SELECT p.proargnames AS names, p.proallargtypes AS types) s
        WHERE p.proargmodes[i] IN ('o', 'b', 't'))
FROM pg_proc p
WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prorettype = 'record'::regtype AND p.proallargtypes IS NOT NULL
  AND p.proname !~ '^(pg_stat_|pg_ls_|pg_replication_|pg_logical_|pg_wal|pg_event_|binary_upgrade_|pg_lock_|pg_show_|pg_get_wal|pg_restore_|pg_clear_)'
