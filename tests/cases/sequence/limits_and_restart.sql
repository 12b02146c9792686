-- rehearsal gap: step 9, locks
-- lockstep: schema
CREATE SEQUENCE s;
CREATE TABLE t (id serial, a int);
CREATE INDEX t_a ON t (a);
-- lockstep: migration
-- expect: ok
ALTER SEQUENCE s RESTART WITH 100;
-- expect: 22023
ALTER SEQUENCE s MAXVALUE 50;
-- expect: ok
ALTER SEQUENCE s AS smallint;
-- expect: ok
SELECT nextval('s');
-- expect: 22003
SELECT setval('s', 40000);
-- expect: ok
SELECT setval('s', 32767);
-- expect: 2200H
SELECT nextval('s');
-- expect: ok
ALTER SEQUENCE s CYCLE;
-- expect: depends_on_data unless:22003
SELECT setval('t_id_seq', (SELECT max(id) FROM t));
-- expect: ok
ALTER SEQUENCE s SET UNLOGGED;
-- expect: 42809
ALTER SEQUENCE s OWNED BY t_a.a;
-- expect: 0A000
ALTER SEQUENCE t_id_seq SET SCHEMA public;
-- expect: ok
ALTER SEQUENCE t_id_seq OWNER TO postgres;
-- expect: 42809
ALTER TABLE s ADD COLUMN x int;
-- expect: 42809
SELECT nextval('t');
