-- lockstep: schema
-- lockstep: migration
-- expect: 42804
CREATE TABLE t (a int DEFAULT now());
-- expect: 22P02
CREATE TABLE t (a int DEFAULT 'many');
