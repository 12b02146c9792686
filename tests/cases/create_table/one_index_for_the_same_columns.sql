-- lockstep: migration
-- expect: ok
CREATE TABLE a (x int, y int, CONSTRAINT each UNIQUE (x, y), PRIMARY KEY (x, y), UNIQUE (y, x));
-- expect: ok
CREATE TABLE b (x int CONSTRAINT single UNIQUE CONSTRAINT main PRIMARY KEY, CONSTRAINT another UNIQUE (x));
-- expect: ok
ALTER TABLE b ADD UNIQUE (x);
