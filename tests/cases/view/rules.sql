-- lockstep: schema
CREATE TABLE t (id integer, a integer);
CREATE TABLE lg (a integer);
-- lockstep: migration
-- expect: ok
CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;
-- expect: 42710
CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING;
-- expect: ok
ALTER TABLE t DISABLE RULE r;
-- expect: ok
ALTER RULE r ON t RENAME TO r2;
-- expect: 42704
DROP RULE r ON t;
-- expect: ok
DROP RULE IF EXISTS r ON t;
-- expect: ok
DROP RULE r2 ON t;
-- expect: ok
CREATE RULE r AS ON UPDATE TO t DO ALSO INSERT INTO lg VALUES (NEW.a);
-- expect: 2BP01
ALTER TABLE t DROP COLUMN a;
-- expect: ok
ALTER TABLE t DROP COLUMN a CASCADE;
-- expect: ok
CREATE RULE q AS ON INSERT TO t WHERE NEW.id > 1 DO INSTEAD UPDATE lg SET a = NEW.id WHERE a = 5;
-- expect: unknown
INSERT INTO t VALUES (1);
