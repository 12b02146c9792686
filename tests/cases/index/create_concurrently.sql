-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
-- lockstep: migration
CREATE INDEX CONCURRENTLY ix_a ON t (a);
