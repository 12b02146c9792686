-- lockstep: schema
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm;
CREATE TABLE small (a int);
INSERT INTO small VALUES (1), (2);
-- lockstep: migration
-- expect: 42710
CREATE EXTENSION citext;
-- expect: ok
CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;
-- expect: ok
CREATE TABLE person (
    id uuid DEFAULT uuid_generate_v4() PRIMARY KEY,
    mail citext NOT NULL UNIQUE CHECK (mail ~ '@'),
    name text DEFAULT 'a'::citext
);
-- expect: ok
CREATE INDEX ON person USING gin (name gin_trgm_ops);
-- expect: ok
CREATE INDEX ON person (lower(mail));
-- expect: ok
CREATE VIEW alike AS SELECT mail, name FROM person WHERE similarity(name, 'ann') > 0.3 AND mail = 'x' AND name % 'y';
-- expect: ok
CREATE TABLE login (mail citext REFERENCES person (mail));
-- expect: ok
ALTER TABLE small ADD COLUMN id uuid DEFAULT uuid_generate_v1();
-- expect: ok
ALTER TABLE small ADD COLUMN mail citext DEFAULT 'a';
-- expect: ok
ALTER TABLE small ALTER COLUMN mail TYPE text;
-- expect: ok
ALTER TABLE small ALTER COLUMN mail TYPE citext;
-- expect: 42704
CREATE INDEX ON small USING gin (mail);
-- expect: 42883
ALTER TABLE small ADD CHECK (similarity(a, a) > 0);
-- expect: 42601
ALTER TABLE small ADD COLUMN other citext(5);
-- expect: 2BP01
DROP EXTENSION "uuid-ossp";
-- expect: 2BP01
DROP EXTENSION citext;
-- expect: 2BP01
DROP EXTENSION pg_trgm;
-- expect: ok
DROP EXTENSION pg_trgm CASCADE;
-- expect: 42704
CREATE INDEX ON small USING gin (mail gin_trgm_ops);
-- expect: ok
DROP EXTENSION citext, "uuid-ossp" CASCADE;
-- expect: 42704
DROP EXTENSION citext;
-- expect: ok
DROP EXTENSION IF EXISTS citext;
-- expect: 42704
CREATE TABLE no (mail citext);
