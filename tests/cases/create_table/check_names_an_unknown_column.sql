-- lockstep: schema
-- lockstep: migration
-- expect: 42703
CREATE TABLE t (a int, CHECK (b > 0));
