-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
-- lockstep: migration
-- expect: depends_on_data unless:23505
ALTER TABLE t ADD CONSTRAINT uq_t_a UNIQUE (a);
