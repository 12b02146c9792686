-- rehearsal gap: step 12, locks
-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
-- lockstep: migration
-- expect: 42P16
CREATE TABLE gone (id int) ON COMMIT DROP;
CREATE TEMP TABLE gone (id int) ON COMMIT DROP;
-- expect: 42P01
DROP TABLE gone;
BEGIN;
CREATE TEMP TABLE gone (id int) ON COMMIT DROP;
CREATE TEMP TABLE kept (id int) ON COMMIT DELETE ROWS;
INSERT INTO gone VALUES (1);
COMMIT;
-- expect: 42P01
DROP TABLE gone;
DROP TABLE kept;
CREATE TEMP TABLE kept (id int);
DISCARD ALL;
-- expect: 42P01
DROP TABLE kept;
