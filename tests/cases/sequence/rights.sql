-- Taking a value needs USAGE or UPDATE, setting it UPDATE, looking at it SELECT or USAGE.
-- lockstep: schema
CREATE ROLE reader;
CREATE SEQUENCE s;
GRANT SELECT ON SEQUENCE s TO reader;
-- lockstep: migration
-- expect: ok
SELECT nextval('s');
-- expect: ok
SET ROLE reader;
-- expect: 42501
SELECT nextval('s');
-- expect: 42501
SELECT setval('s', 5);
-- expect: ok
SELECT currval('s');
-- expect: ok
SELECT lastval();
-- expect: ok
RESET ROLE;
-- expect: ok
REVOKE SELECT ON SEQUENCE s FROM reader;
-- expect: ok
GRANT UPDATE ON SEQUENCE s TO reader;
-- expect: ok
SET ROLE reader;
-- expect: ok
SELECT nextval('s');
-- expect: ok
SELECT setval('s', 5);
-- expect: 42501
SELECT currval('s');
-- expect: 42501
SELECT lastval();
