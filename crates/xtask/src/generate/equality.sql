SELECT opfname, amoplefttype::oid, amoprighttype::oid
FROM pg_amop JOIN pg_opfamily f ON f.oid = amopfamily JOIN pg_am a ON a.oid = amopmethod
WHERE amname = 'btree' AND amopstrategy = 3 AND opfnamespace = 'pg_catalog'::regnamespace
