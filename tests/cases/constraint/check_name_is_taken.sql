-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a > 0));
-- lockstep: migration
-- expect: 42710
ALTER TABLE t ADD CONSTRAINT t_a_check CHECK (a < 10);
ALTER TABLE t ADD CHECK (a < 10) NOT VALID;
-- expect: 42703
ALTER TABLE t ADD CHECK (b < 10);
-- expect: 42804
ALTER TABLE t ADD CHECK (a + 1);
