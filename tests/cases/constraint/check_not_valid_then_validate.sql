-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
-- lockstep: migration
ALTER TABLE t ADD CONSTRAINT a_positive CHECK (a > 0) NOT VALID;
-- expect: depends_on_data unless:23514
ALTER TABLE t VALIDATE CONSTRAINT a_positive;
-- expect: 42704
ALTER TABLE t VALIDATE CONSTRAINT missing;
