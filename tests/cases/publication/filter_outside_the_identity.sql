-- lockstep: schema
CREATE TABLE t(id int PRIMARY KEY, a int);
CREATE PUBLICATION p FOR TABLE t WHERE (a > 5);

-- lockstep: migration
-- expect: 42P10
UPDATE t SET a = 1;

-- expect: ok
ALTER TABLE t REPLICA IDENTITY FULL;

-- expect: ok
UPDATE t SET a = 1;
