-- lockstep: schema
CREATE TABLE t (id integer PRIMARY KEY, a integer, b text);
CREATE VIEW v AS SELECT id, a FROM t WHERE b IS NOT NULL;
CREATE VIEW w AS SELECT a FROM v;
-- lockstep: migration
-- expect: 0A000
ALTER TABLE t ALTER COLUMN a TYPE bigint;
-- expect: 0A000
ALTER TABLE t ALTER COLUMN b TYPE varchar;
-- expect: 2BP01
ALTER TABLE t DROP COLUMN a;
-- expect: 2BP01
DROP VIEW v;
-- expect: ok
ALTER TABLE t RENAME COLUMN a TO aa;
-- expect: ok
ALTER TABLE t ADD COLUMN c integer;
-- expect: ok
DROP TABLE t CASCADE;
