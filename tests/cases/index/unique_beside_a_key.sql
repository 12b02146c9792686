-- What another unique index keeps apart, no row can break.
-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL UNIQUE);
-- lockstep: table t rows=1M
-- lockstep: migration
-- expect: ok
CREATE UNIQUE INDEX CONCURRENTLY t_id_a ON t (id, a);
-- expect: ok
CREATE UNIQUE INDEX CONCURRENTLY t_a_b ON t (a, b);
-- expect: depends_on_data unless:23505, concurrent_unique_may_fail
CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a);
