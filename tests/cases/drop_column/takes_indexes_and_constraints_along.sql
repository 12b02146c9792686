-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a > 0), b int);
CREATE INDEX ix_a_b ON t (a, b);
CREATE INDEX ix_b ON t (b);
-- lockstep: migration
ALTER TABLE t DROP COLUMN a;
