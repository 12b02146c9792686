-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a > 0));
CREATE INDEX ix ON t (a) WHERE a > 10;
-- lockstep: migration
ALTER TABLE t RENAME COLUMN a TO amount;
-- expect: 42703
ALTER TABLE t RENAME COLUMN a TO b;
-- expect: 42701
ALTER TABLE t RENAME COLUMN amount TO id;
