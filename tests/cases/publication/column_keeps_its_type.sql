-- lockstep: schema
CREATE TABLE t(id int PRIMARY KEY, a int);
CREATE PUBLICATION p FOR TABLE t WHERE (a > 5);

-- lockstep: migration
-- expect: 0A000
ALTER TABLE t ALTER COLUMN a TYPE bigint;
