-- lockstep: schema
CREATE DOMAIN positive AS int;
CREATE DOMAIN small AS positive;
CREATE TABLE a (x positive, y positive NOT NULL);
CREATE TABLE b (z small);
CREATE TABLE c (w int);
INSERT INTO a VALUES (1, 2);
-- lockstep: migration
-- expect: depends_on_data unless:23514
ALTER DOMAIN positive ADD CONSTRAINT above_zero CHECK (VALUE > 0);
-- expect: ok
ALTER DOMAIN positive ADD CHECK (VALUE < 1000) NOT VALID;
-- expect: depends_on_data unless:23514
ALTER DOMAIN positive VALIDATE CONSTRAINT positive_check;
-- expect: 42710
ALTER DOMAIN positive RENAME CONSTRAINT positive_check TO above_zero;
-- expect: ok
ALTER DOMAIN positive RENAME CONSTRAINT positive_check TO below_thousand;
-- expect: ok
ALTER DOMAIN positive DROP CONSTRAINT below_thousand;
-- expect: ok
ALTER DOMAIN positive DROP CONSTRAINT IF EXISTS below_thousand;
-- expect: 42704
ALTER DOMAIN positive DROP CONSTRAINT below_thousand;
-- expect: 42704
ALTER DOMAIN positive VALIDATE CONSTRAINT below_thousand;
-- expect: ok
ALTER DOMAIN positive SET DEFAULT 7;
-- expect: ok
ALTER DOMAIN positive SET DEFAULT NULL;
-- expect: 42804
ALTER DOMAIN positive SET DEFAULT 'x'::text;
-- expect: 42809
ALTER DOMAIN c SET NOT NULL;
-- expect: 42704
ALTER DOMAIN missing SET NOT NULL;
