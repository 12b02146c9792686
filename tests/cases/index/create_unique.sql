-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
-- lockstep: migration
-- expect: depends_on_data unless:23505
CREATE UNIQUE INDEX ix_a ON t (a);
