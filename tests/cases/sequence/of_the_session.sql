-- `currval` and `lastval` tell what the session took, whatever became of the transaction.
-- lockstep: schema
CREATE SEQUENCE s;
CREATE SEQUENCE other;
CREATE TABLE t (id serial, a int);
-- lockstep: migration
-- expect: 55000
SELECT lastval();
-- expect: 55000
SELECT currval('s');
-- expect: ok
SELECT setval('s'::text, 7);
-- expect: ok
SELECT currval('s'::regclass);
-- expect: 55000
SELECT lastval();
-- expect: ok
SELECT nextval('other'::text);
-- expect: ok
SELECT lastval();
-- expect: ok
BEGIN;
-- expect: ok
INSERT INTO t (a) VALUES (1);
-- expect: ok
ROLLBACK;
-- expect: ok
SELECT currval('t_id_seq');
-- expect: ok
DISCARD SEQUENCES;
-- expect: 55000
SELECT currval('s');
-- expect: ok
SELECT nextval('other');
-- expect: ok
DROP SEQUENCE other;
-- expect: 55000
SELECT lastval();
-- expect: ok
SELECT pg_get_serial_sequence('t', 'id');
-- expect: 42703
SELECT pg_get_serial_sequence('t', 'nope');
