-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, v text, f boolean);
-- lockstep: migration
-- expect: 42804
ALTER TABLE t ALTER COLUMN v TYPE int;
-- expect: 42804
ALTER TABLE t ALTER COLUMN id TYPE boolean;
