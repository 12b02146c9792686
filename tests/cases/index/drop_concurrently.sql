-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE INDEX ix_a ON t (a);
-- lockstep: migration
DROP INDEX CONCURRENTLY ix_a;
