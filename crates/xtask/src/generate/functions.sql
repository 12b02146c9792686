WITH known AS (
  SELECT p.*, obj_description(p.oid, 'pg_proc') AS words FROM pg_proc p
  WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind <> 'p'
    AND prorettype NOT IN ('internal'::regtype, 'cstring'::regtype, 'trigger'::regtype, 'event_trigger'::regtype,
                           'language_handler'::regtype, 'fdw_handler'::regtype, 'index_am_handler'::regtype,
                           'table_am_handler'::regtype, 'tsm_handler'::regtype)
    AND NOT proargtypes::oid[] && ARRAY['internal'::regtype, 'cstring'::regtype]::oid[]
    AND proname !~ '^(pg_stat_|pg_ls_|pg_replication_|pg_logical_|pg_wal|pg_event_|binary_upgrade_|pg_lock_|pg_show_|pg_get_wal|pg_restore_|pg_clear_|has_.*_privilege$|dblink|lo_|hash.*extended$)'
), plumbing AS (
  SELECT proname FROM known GROUP BY proname
  HAVING bool_and(coalesce(words LIKE 'implementation of % operator' OR words LIKE 'less-equal-greater'
    OR words IN ('hash', 'larger of two', 'smaller of two', 'convert', 'I/O', 'internal conversion function'), false)
    AND proname !~ '^(array_|hashtext$|starts_with|timezone|substring|length|lower|upper|text|greatest|least|to_|date_|int[248]$|float[48]$|numeric$|bool$)')
)
SELECT proname, oid, prorettype::oid,
       provolatile::text || prokind::text || CASE WHEN proisstrict THEN 's' ELSE '' END || CASE WHEN proretset THEN 'r' ELSE '' END,
       pronargdefaults, provariadic::oid,
       CASE WHEN pronargs = 0 THEN '-' ELSE array_to_string(proargtypes::oid[], ',') END
       || CASE WHEN pronargdefaults > 0 THEN ' ' || array_to_string(proargnames[1:pronargs], ',') ELSE '' END
FROM known WHERE proname NOT IN (SELECT proname FROM plumbing)
