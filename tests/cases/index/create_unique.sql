-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
INSERT INTO t VALUES (1, 7), (2, 7);
-- lockstep: migration
-- expect: depends_on_data unless:23505
CREATE UNIQUE INDEX ix_a ON t (a);
