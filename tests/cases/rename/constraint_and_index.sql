-- The index of a constraint takes the constraint's new name, and the other way round.
-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE, CONSTRAINT small CHECK (a < 100));
-- lockstep: migration
ALTER TABLE t RENAME CONSTRAINT small TO a_small;
ALTER TABLE t RENAME CONSTRAINT t_pkey TO things_pkey;
ALTER INDEX t_a_key RENAME TO uq_t_a;
-- expect: 42704
ALTER TABLE t RENAME CONSTRAINT small TO b;
