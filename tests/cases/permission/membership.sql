-- lockstep: schema
CREATE ROLE owners;
CREATE ROLE member IN ROLE owners;
CREATE ROLE distant NOINHERIT IN ROLE owners;
CREATE ROLE stranger;
CREATE TABLE t(a int);
ALTER TABLE t OWNER TO owners;

-- lockstep: migration
-- expect: ok
SET SESSION AUTHORIZATION member;

-- expect: ok
ALTER TABLE t ADD COLUMN b int;

-- expect: ok
SET ROLE owners;

-- expect: ok
ALTER TABLE t ADD COLUMN c int;

-- expect: 42501
SET ROLE stranger;

-- expect: ok
SET SESSION AUTHORIZATION distant;

-- expect: 42501
ALTER TABLE t ADD COLUMN d int;

-- expect: ok
SET ROLE owners;

-- expect: ok
ALTER TABLE t ADD COLUMN d int;

-- expect: ok
SET SESSION AUTHORIZATION stranger;

-- expect: 42501
ALTER TABLE t ADD COLUMN e int;

-- expect: 42501
SET ROLE owners;
