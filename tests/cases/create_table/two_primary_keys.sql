-- lockstep: schema
-- lockstep: migration
-- expect: 42P16
CREATE TABLE t (a int PRIMARY KEY, b int, PRIMARY KEY (b));
