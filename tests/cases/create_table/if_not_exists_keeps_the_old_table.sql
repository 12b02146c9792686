-- The table that stands keeps its columns; only a notice is raised.
-- lockstep: schema
CREATE TABLE t (a int);
-- lockstep: migration
CREATE TABLE IF NOT EXISTS t (a int, b int);
-- expect: 42703
UPDATE t SET b = 1;
