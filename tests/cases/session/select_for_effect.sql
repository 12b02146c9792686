-- rehearsal gap: step 4, locks
-- lockstep: schema
CREATE TABLE t (id serial PRIMARY KEY, a text);
CREATE SCHEMA other;
CREATE TABLE other.u (id int);
-- lockstep: migration
SELECT setval('t_id_seq', 42, true);
SELECT pg_catalog.setval('public.t_id_seq', 1, false);
-- expect: depends_on_data unless:22003
SELECT setval(pg_get_serial_sequence('t', 'id'), coalesce(max(id), 1)) FROM t;
-- expect: depends_on_data unless:22003
SELECT setval('t_id_seq'::regclass, (SELECT max(id) FROM t));
-- expect: depends_on_data unless:2200H
SELECT nextval('t_id_seq');
-- expect: 22003
SELECT setval('t_id_seq', 0);
-- expect: 42809
SELECT setval('t', 1);
-- expect: 42P01
SELECT nextval('missing');
-- expect: 42703
SELECT setval(pg_get_serial_sequence('t', 'missing'), 1);
SELECT pg_advisory_xact_lock(1), pg_sleep(0);
SELECT 1, 'a' AS label, now(), current_date;
-- expect: 42883
SELECT 1 || 2;
-- expect: 42846
SELECT 1::inet;
-- expect: 22P02
SELECT 'x'::uuid;
BEGIN;
SELECT set_config('search_path', 'other', true);
ALTER TABLE u ADD COLUMN b int;
COMMIT;
-- expect: 42P01
ALTER TABLE u ADD COLUMN c int;
SELECT pg_catalog.set_config('search_path', '', false);
-- expect: 42P01
DROP TABLE t;
SELECT pg_catalog.setval('public.t_id_seq', 2147483647);
-- expect: 2200H
SELECT nextval('public.t_id_seq');
-- expect: 2200H
INSERT INTO public.t DEFAULT VALUES;
