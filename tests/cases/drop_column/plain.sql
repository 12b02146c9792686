-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int, b int);
-- lockstep: migration
ALTER TABLE t DROP COLUMN a;
-- expect: 42703
ALTER TABLE t DROP COLUMN a;
ALTER TABLE t DROP COLUMN IF EXISTS a;
