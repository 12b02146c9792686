-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
-- lockstep: migration
CREATE INDEX ix_a ON t (a);
CREATE INDEX ON t (a, b);
CREATE INDEX ON t (lower(b));
CREATE INDEX ix_b ON t (b DESC NULLS LAST) INCLUDE (a) WHERE a IS NOT NULL;
