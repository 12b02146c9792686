-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);

-- lockstep: migration
-- expect: ok
CHECKPOINT;
BEGIN;
-- expect: 25001
CREATE DATABASE other;
ROLLBACK;
BEGIN;
-- expect: 25001
ALTER SYSTEM SET work_mem = '8MB';
ROLLBACK;
