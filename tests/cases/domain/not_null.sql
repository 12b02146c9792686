-- lockstep: schema
CREATE DOMAIN name AS text;
CREATE TABLE filled (n public.name NOT NULL);
CREATE TABLE open (n public.name);
CREATE TABLE partly (n public.name);
INSERT INTO open VALUES ('a');
INSERT INTO partly VALUES (NULL);
-- lockstep: migration
-- expect: 23502
ALTER DOMAIN public.name SET NOT NULL;
-- expect: ok
DROP TABLE partly;
-- expect: ok
ALTER DOMAIN public.name SET NOT NULL;
-- expect: ok
ALTER DOMAIN public.name DROP NOT NULL;
