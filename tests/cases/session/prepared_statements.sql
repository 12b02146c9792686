-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a text);
-- lockstep: migration
-- expect: 26000
EXECUTE q;
BEGIN;
PREPARE q AS SELECT * FROM t;
ROLLBACK;
EXECUTE q;
-- expect: 42P05
PREPARE q AS SELECT id FROM t;
ALTER TABLE t ADD COLUMN b int;
-- expect: 0A000
EXECUTE q;
DEALLOCATE q;
-- expect: 26000
DEALLOCATE PREPARE q;
LISTEN news;
NOTIFY news, 'it is done';
UNLISTEN *;
EXPLAIN SELECT * FROM t;
DISCARD PLANS;
