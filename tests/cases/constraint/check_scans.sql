-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
-- lockstep: migration
-- expect: depends_on_data unless:23514
ALTER TABLE t ADD CONSTRAINT a_positive CHECK (a > 0);
