SELECT oprname, oprleft::oid, oprright::oid, oprresult::oid, p.oid, p.proname, provolatile::text || CASE WHEN proisstrict THEN 's' ELSE '' END
FROM pg_operator JOIN pg_proc p ON p.oid = oprcode
