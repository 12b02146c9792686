-- lockstep: schema
CREATE TABLE t (a int);
CREATE INDEX ix ON t (a);
-- lockstep: migration
-- expect: 42P07
CREATE TABLE t (b int);
-- An index is a relation too.
-- expect: 42P07
CREATE TABLE ix (b int);
