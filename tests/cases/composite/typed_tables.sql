-- lockstep: schema
CREATE TYPE address AS (street text, zip int);
CREATE TABLE homes OF address (PRIMARY KEY (zip), street WITH OPTIONS DEFAULT 'unknown');
CREATE TABLE other (street text, zip int);
CREATE TABLE less (street text);
CREATE TABLE wrong (street text, zip bigint);
INSERT INTO homes VALUES ('a', 1);
-- lockstep: migration
-- expect: 42809
ALTER TABLE homes ADD COLUMN x int;
-- expect: 42809
ALTER TABLE homes RENAME COLUMN zip TO code;
-- expect: ok
ALTER TABLE homes ALTER COLUMN street SET NOT NULL;
-- expect: 2BP01
ALTER TYPE address ADD ATTRIBUTE city text;
-- expect: ok
ALTER TYPE address ADD ATTRIBUTE city text CASCADE;
-- expect: ok
ALTER TYPE address ALTER ATTRIBUTE zip TYPE bigint CASCADE;
-- expect: ok
ALTER TYPE address RENAME ATTRIBUTE zip TO code CASCADE;
-- expect: ok
ALTER TYPE address DROP ATTRIBUTE city CASCADE;
-- expect: 42804
ALTER TABLE other OF address;
-- expect: ok
ALTER TABLE wrong RENAME COLUMN zip TO code;
-- expect: ok
ALTER TABLE wrong OF address;
-- expect: 42804
ALTER TABLE less OF address;
-- expect: 42809
ALTER TABLE less OF other;
-- expect: 42703
CREATE TABLE nowhere OF address (nope PRIMARY KEY);
-- expect: ok
ALTER TABLE homes NOT OF;
-- expect: 42809
ALTER TABLE homes NOT OF;
-- expect: 2BP01
DROP TYPE address;
