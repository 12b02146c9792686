-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
-- lockstep: migration
-- expect: 42701
ALTER TABLE t ADD COLUMN id int;
-- expect: 42701
ALTER TABLE t ADD COLUMN xmin int;
ALTER TABLE t ADD COLUMN IF NOT EXISTS id text;
