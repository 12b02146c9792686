-- lockstep: schema
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE people (id int PRIMARY KEY, mood mood);
-- lockstep: migration
-- expect: 2BP01
DROP TYPE mood;
DROP TYPE mood CASCADE;
