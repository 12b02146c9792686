-- lockstep: schema
CREATE SEQUENCE s;
CREATE SEQUENCE r;
CREATE TABLE t (id bigint);
-- lockstep: migration
SELECT last_value, is_called FROM s;
-- expect: depends_on_data, unless:22003
SELECT setval('r', last_value + 1, false) FROM s;
INSERT INTO t SELECT last_value FROM s;
-- expect: 42703
SELECT increment_by FROM s;
CREATE VIEW v AS SELECT last_value FROM s;
-- expect: 2BP01
DROP SEQUENCE s;
DROP SEQUENCE s CASCADE;
