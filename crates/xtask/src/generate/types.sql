SELECT oid, typname, typtype, typcategory, typispreferred::int, (typcollation <> 0)::int, typarray, typelem,
       CASE WHEN typmodin = 0 THEN 0 ELSE 1 END,
       CASE typinput WHEN 0 THEN '-' ELSE (SELECT provolatile::text FROM pg_proc WHERE oid = typinput) END,
       CASE typoutput WHEN 0 THEN '-' ELSE (SELECT provolatile::text FROM pg_proc WHERE oid = typoutput) END,
       typstorage
FROM pg_type t
WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'p', 'r', 'm')
  AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
  AND typname NOT IN ('pg_node_tree', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list', 'pg_brin_bloom_summary',
                      'pg_brin_minmax_multi_summary')
