SELECT amname, opcname, opcintype::oid, opcdefault::int, opfname
FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod JOIN pg_opfamily f ON f.oid = opcfamily
WHERE c.opcnamespace = 'pg_catalog'::regnamespace
