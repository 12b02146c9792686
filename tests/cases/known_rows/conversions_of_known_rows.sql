-- lockstep: schema
CREATE DOMAIN filled AS text CHECK (VALUE <> '');
CREATE TABLE t (id bigint, v text, n numeric, b bit(4));
INSERT INTO t SELECT i, i::text, i + 0.5, B'0101' FROM generate_series(1, 3) AS i;
UPDATE t SET v = '' WHERE id = 2;
INSERT INTO t VALUES (3000000000, 'forty', 123.456, B'1111');
-- lockstep: migration
-- expect: 22003
ALTER TABLE t ALTER COLUMN id TYPE int;
-- expect: 22P02
ALTER TABLE t ALTER COLUMN v TYPE int USING v::int;
-- expect: 23514
ALTER TABLE t ALTER COLUMN v TYPE filled;
-- expect: 22001
ALTER TABLE t ALTER COLUMN v TYPE varchar(4);
-- expect: 22003
ALTER TABLE t ALTER COLUMN n TYPE numeric(4, 2);
-- expect: 22026
ALTER TABLE t ALTER COLUMN b TYPE bit(5);
-- expect: ok
DELETE FROM t WHERE v IN ('', 'forty');
-- expect: ok
ALTER TABLE t ALTER COLUMN v TYPE int USING v::int;
-- expect: 23505
ALTER TABLE t ADD COLUMN one int DEFAULT 1 UNIQUE;
-- expect: ok
ALTER TABLE t ADD COLUMN doubled int GENERATED ALWAYS AS (v * 2) STORED CHECK (doubled < 7);
-- expect: 23514
INSERT INTO t VALUES (9, 4, 0, B'0000');
