-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, n int);
CREATE INDEX ix ON t (n);
-- lockstep: migration
ALTER TABLE t ALTER COLUMN n TYPE bigint;
