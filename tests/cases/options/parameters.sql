-- Storage parameters take the lock that the strongest of them needs, and are checked by kind and bounds.
-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
CREATE INDEX ix ON t (a);

-- lockstep: migration
-- expect: ok
ALTER TABLE t SET (fillfactor = 70, autovacuum_enabled = off, toast.autovacuum_enabled = false);
-- expect: ok
ALTER TABLE t RESET (fillfactor);
-- expect: ok
ALTER TABLE t SET (user_catalog_table = true);
-- expect: ok
ALTER INDEX ix SET (fillfactor = 60);
-- expect: 22023
ALTER TABLE t SET (fillfactor = 5);
-- expect: ok
ALTER TABLE t ALTER COLUMN a SET (n_distinct = -0.5), ALTER COLUMN b SET STORAGE EXTERNAL;
-- expect: 0A000
ALTER TABLE t ALTER COLUMN a SET STORAGE EXTERNAL;
-- expect: ok
ALTER TABLE t CLUSTER ON ix, REPLICA IDENTITY FULL;
-- expect: 42809
ALTER TABLE t REPLICA IDENTITY USING INDEX ix;
-- expect: 0A000
ALTER TABLE t SET UNLOGGED;
