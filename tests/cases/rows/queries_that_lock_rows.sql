-- lockstep: schema
CREATE TABLE job (id int PRIMARY KEY, state text);
-- lockstep: migration
BEGIN;
-- expect: ok
SELECT id FROM job WHERE state = 'new' ORDER BY id FOR UPDATE;
-- Another mode, taken by itself.
-- expect: ok
SELECT count(*) FROM job;
COMMIT;
