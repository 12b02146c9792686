-- lockstep: schema
-- lockstep: migration
-- expect: 42701
CREATE TABLE t (a int, b int, a text);
