-- lockstep: schema


-- lockstep: migration
-- expect: 42P15
CREATE SCHEMA a CREATE TABLE b.t (id int);
