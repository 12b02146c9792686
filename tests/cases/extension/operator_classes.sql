-- lockstep: schema
CREATE TABLE booking (room int, during tsrange, tags int[], name text);
INSERT INTO booking VALUES (1, '[2024-01-01,2024-02-01)', '{1}', 'a');
-- lockstep: migration
-- expect: 42704
ALTER TABLE booking ADD EXCLUDE USING gist (room WITH =, during WITH &&);
-- expect: ok
CREATE EXTENSION btree_gist;
-- expect: depends_on_data unless:23P01
ALTER TABLE booking ADD CONSTRAINT once EXCLUDE USING gist (room WITH =, during WITH &&);
-- expect: 42704
CREATE INDEX ON booking USING gin (room, tags);
-- expect: ok
CREATE EXTENSION btree_gin;
-- expect: ok
CREATE INDEX ON booking USING gin (room, tags);
-- expect: 42704
CREATE INDEX ON booking USING bloom (room);
-- expect: ok
CREATE EXTENSION bloom;
-- expect: ok
CREATE INDEX ON booking USING bloom (room, name);
-- expect: 42704
CREATE INDEX ON booking USING gist (tags gist__int_ops);
-- expect: ok
CREATE EXTENSION intarray;
-- expect: ok
CREATE INDEX ON booking USING gist (tags gist__int_ops);
-- expect: 42804
CREATE INDEX ON booking USING gist (name gist__int_ops);
-- expect: 42704
ALTER TABLE booking ALTER COLUMN room TYPE bigint;
-- expect: ok
DROP EXTENSION bloom CASCADE;
-- expect: ok
ALTER TABLE booking ALTER COLUMN room TYPE bigint;
-- expect: 2BP01
DROP EXTENSION btree_gist;
-- expect: ok
DROP EXTENSION btree_gist CASCADE;
