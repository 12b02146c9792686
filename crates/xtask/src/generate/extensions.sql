BEGIN;
CREATE SCHEMA "of extensions";
SET search_path = "of extensions", pg_catalog;
SET client_min_messages = error;
DO $$
DECLARE extension name;
BEGIN
  FOR extension IN SELECT name FROM pg_available_extensions WHERE name !~ '^pl|_pl(perl|python)' ORDER BY name LOOP
    EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I CASCADE', extension);
  END LOOP;
END $$;
SET search_path = pg_catalog;
-- A type of the server by its number, one of an extension by its name, an array by its elements.
CREATE FUNCTION pg_temp.t(wanted oid) RETURNS text STABLE LANGUAGE sql AS $$
  SELECT coalesce((SELECT CASE WHEN oid < 16384 THEN oid::text ELSE typname END || '[]' FROM pg_type WHERE typarray = wanted AND wanted <> 0),
                  (SELECT typname FROM pg_type WHERE oid = wanted AND oid >= 16384), wanted::text)
$$;
CREATE FUNCTION pg_temp.flags(wanted oid) RETURNS text STABLE LANGUAGE sql AS $$
  SELECT provolatile::text || prokind::text || CASE WHEN proisstrict THEN 's' ELSE '' END || CASE WHEN proretset THEN 'r' ELSE '' END
  FROM pg_catalog.pg_proc WHERE oid = wanted
$$;
CREATE TEMP VIEW members AS SELECT extname, classid, objid FROM pg_depend JOIN pg_extension e ON e.oid = refobjid
  WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND extname <> 'plpgsql';
SELECT v.name, 'x', v.version, trusted::int::text || superuser::int || relocatable::int, coalesce(v.schema::text, '-'),
       coalesce(array_to_string(requires, ','), '-')
FROM pg_available_extension_versions v JOIN pg_available_extensions a ON a.name = v.name AND default_version = v.version
WHERE v.name IN (SELECT extname FROM pg_extension)
UNION ALL
SELECT extname, 't', typname, typtype::text || typcategory::text || typispreferred::int || (typcollation <> 0)::int
       || CASE WHEN typmodin = 0 THEN 0 ELSE 1 END || CASE typinput WHEN 0 THEN '-' ELSE left(pg_temp.flags(typinput), 1) END
       || CASE typoutput WHEN 0 THEN '-' ELSE left(pg_temp.flags(typoutput), 1) END || typstorage::text, pg_temp.t(typbasetype), '-'
FROM pg_temp.members JOIN pg_type t ON t.oid = objid WHERE classid = 'pg_type'::regclass AND typelem = 0
UNION ALL
SELECT extname, 'c', pg_temp.t(castsource) || ' ' || pg_temp.t(casttarget), castcontext::text || castmethod::text,
       coalesce(left(pg_temp.flags(nullif(castfunc, 0)), 1), 'i'), coalesce((SELECT pronargs FROM pg_proc WHERE oid = castfunc), 0)::text
FROM pg_temp.members JOIN pg_cast c ON c.oid = objid WHERE classid = 'pg_cast'::regclass
UNION ALL
SELECT extname, 'o', oprname || ' ' || pg_temp.t(oprleft) || ' ' || pg_temp.t(oprright), pg_temp.t(oprresult), proname, pg_temp.flags(p.oid)
FROM pg_temp.members JOIN pg_operator o ON o.oid = objid JOIN pg_proc p ON p.oid = oprcode WHERE classid = 'pg_operator'::regclass
UNION ALL
SELECT extname, 'f', proname, pg_temp.t(prorettype) || ' ' || pg_temp.flags(p.oid), pronargdefaults || ' ' || pg_temp.t(provariadic),
       CASE WHEN pronargs = 0 THEN '-' ELSE (SELECT string_agg(pg_temp.t(it), ',' ORDER BY at) FROM unnest(proargtypes::oid[]) WITH ORDINALITY a(it, at)) END
       || CASE WHEN pronargdefaults > 0 THEN ' ' || array_to_string(proargnames[1:pronargs], ',') ELSE '' END
FROM pg_temp.members JOIN pg_proc p ON p.oid = objid WHERE classid = 'pg_proc'::regclass AND prokind <> 'p'
  AND prorettype NOT IN ('internal'::regtype, 'cstring'::regtype, 'language_handler'::regtype, 'fdw_handler'::regtype,
                         'index_am_handler'::regtype, 'table_am_handler'::regtype, 'tsm_handler'::regtype)
  AND NOT proargtypes::oid[] && ARRAY['internal'::regtype, 'cstring'::regtype]::oid[]
UNION ALL
SELECT extname, 'k', amname || ' ' || opcname, pg_temp.t(opcintype), opcdefault::int::text, opfname
FROM pg_temp.members JOIN pg_opclass c ON c.oid = objid JOIN pg_am a ON a.oid = opcmethod JOIN pg_opfamily f ON f.oid = opcfamily
WHERE classid = 'pg_opclass'::regclass
UNION ALL
SELECT extname, 'e', opfname, pg_temp.t(amoplefttype), pg_temp.t(amoprighttype), '-'
FROM pg_temp.members JOIN pg_opfamily f ON f.oid = objid JOIN pg_amop o ON o.amopfamily = f.oid JOIN pg_am a ON a.oid = amopmethod
WHERE classid = 'pg_opfamily'::regclass AND amname = 'btree' AND amopstrategy = 3
UNION ALL
SELECT extname, 'r', relname, relkind::text, '-', '-' FROM pg_temp.members JOIN pg_class c ON c.oid = objid WHERE classid = 'pg_class'::regclass
;
ROLLBACK;
