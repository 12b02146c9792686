-- lockstep: schema
CREATE TABLE t(id int PRIMARY KEY, a int);
CREATE TABLE n(a int);
CREATE UNLOGGED TABLE u(a int);

-- lockstep: migration
-- expect: ok
CREATE PUBLICATION p FOR TABLE t (id, a) WHERE (id > 5), n;

-- expect: 22023
ALTER PUBLICATION p ADD TABLE u;

-- expect: 42710
ALTER PUBLICATION p ADD TABLE t;

-- expect: 55000
ALTER TABLE n SET UNLOGGED;

-- expect: 55000
DELETE FROM n;

-- expect: 2BP01
ALTER TABLE t DROP COLUMN a;

-- expect: ok
ALTER PUBLICATION p DROP TABLE n;

-- expect: 42704
ALTER PUBLICATION p DROP TABLE n;

-- expect: ok
DROP TABLE t;

-- expect: ok
DROP PUBLICATION p;
