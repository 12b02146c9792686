-- lockstep: schema
CREATE TABLE t (id serial PRIMARY KEY, a int);
CREATE INDEX ix_a ON t (a);
-- lockstep: migration
DROP TABLE t;
-- expect: 42P01
DROP TABLE t;
DROP TABLE IF EXISTS t;
