SELECT castsource::oid, casttarget::oid, castcontext, castmethod, coalesce(p.oid, 0),
       coalesce(p.provolatile::text, 'i'), coalesce(p.pronargs, 0)
FROM pg_cast LEFT JOIN pg_proc p ON p.oid = castfunc
WHERE castsource NOT IN (SELECT oid FROM pg_type WHERE typname IN ('pg_node_tree', 'pg_ndistinct', 'pg_dependencies',
                         'pg_mcv_list', 'pg_brin_bloom_summary', 'pg_brin_minmax_multi_summary'))
