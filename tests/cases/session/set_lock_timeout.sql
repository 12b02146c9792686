-- rehearsal gap: step 6, outcome
-- lockstep: schema
-- lockstep: migration
SET lock_timeout = '2s';
SET lock_timeout TO 500;
RESET lock_timeout;
-- Outside a transaction, SET LOCAL only raises a warning.
SET LOCAL lock_timeout = '1s';
-- expect: 22023
SET lock_timeout = 'soon';
-- expect: 42704 gap:ok
SET lock_timout = '2s';
