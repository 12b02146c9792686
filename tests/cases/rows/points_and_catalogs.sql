-- lockstep: schema
CREATE TABLE shape(id int, area box, at point, round circle);
CREATE VIEW locked AS SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON l.relation = c.oid;

-- lockstep: migration
-- expect: depends_on_data
SELECT * FROM shape WHERE area && '(200,200),(300,300)'::box AND at <@ '<(0,0),5>'::circle ORDER BY (area[0])[1];
-- expect: ok
SELECT relname, mode FROM locked WHERE relname LIKE 's%';
-- expect: unknown
SELECT '(1,2'::point FROM shape;
-- expect: 42804
SELECT id[1] FROM shape;
