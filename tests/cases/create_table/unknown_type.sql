-- lockstep: schema
-- lockstep: migration
-- expect: 42704
CREATE TABLE t (a strng);
