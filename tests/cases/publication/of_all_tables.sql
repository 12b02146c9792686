-- lockstep: schema
CREATE TABLE t(a int);

-- lockstep: migration
-- expect: ok
CREATE PUBLICATION p FOR ALL TABLES;

-- expect: 55000
UPDATE t SET a = 1;

-- expect: 55000
ALTER PUBLICATION p ADD TABLE t;

-- expect: 42601
ALTER PUBLICATION p SET (publish = 'bar');

-- expect: ok
ALTER PUBLICATION p SET (publish = 'insert');

-- expect: ok
UPDATE t SET a = 1;
