-- lockstep: schema
CREATE ROLE plain;
CREATE ROLE maker CREATEROLE;
CREATE ROLE boss SUPERUSER;
CREATE ROLE target;
CREATE TABLE t(a int);

-- lockstep: migration
-- expect: ok
SET ROLE plain;

-- expect: 42501
CREATE ROLE x;

-- expect: 42501
DROP ROLE target;

-- expect: 42501
GRANT target TO plain;

-- expect: ok
SET ROLE maker;

-- expect: depends_on_data
CREATE ROLE x;

-- expect: 42501
CREATE ROLE y SUPERUSER;

-- expect: 42501
GRANT boss TO x;

-- expect: 42501
DROP TABLE t;

-- expect: ok
SET ROLE boss;

-- expect: ok
DROP TABLE t;

-- expect: ok
DROP ROLE x;

-- expect: 0LP01
CREATE ROLE z ROLE z;

-- expect: ok
SET ROLE maker;

-- expect: 42501
CREATE ROLE z IN ROLE boss;

-- expect: 55006
DROP ROLE maker;
