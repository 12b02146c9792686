-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
INSERT INTO t VALUES (1, -1);
-- lockstep: migration
-- expect: depends_on_data unless:23514
ALTER TABLE t ADD CONSTRAINT a_positive CHECK (a > 0);
