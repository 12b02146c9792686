-- NOT VALID helps only if it is committed before VALIDATE.
-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
-- lockstep: migration
BEGIN;
ALTER TABLE t ADD CONSTRAINT a_positive CHECK (a > 0) NOT VALID;
-- expect: depends_on_data unless:23514
ALTER TABLE t VALIDATE CONSTRAINT a_positive;
COMMIT;
