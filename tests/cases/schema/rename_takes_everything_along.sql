-- lockstep: schema
CREATE SCHEMA a;
CREATE TABLE a.t(id serial PRIMARY KEY);

-- lockstep: migration
-- expect: ok
ALTER SCHEMA a RENAME TO b;

-- expect: ok
ALTER TABLE b.t ADD COLUMN c int;

-- expect: 3F000
ALTER TABLE a.t ADD COLUMN d int;
