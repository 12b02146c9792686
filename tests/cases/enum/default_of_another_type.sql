-- lockstep: schema
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE people (id bigint PRIMARY KEY, said text DEFAULT 'ok'::mood);
-- lockstep: migration
-- expect: 2BP01
DROP TYPE mood;
-- expect: ok
ALTER TABLE people ALTER COLUMN said DROP DEFAULT;
-- expect: ok
DROP TYPE mood;
