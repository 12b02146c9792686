-- lockstep: schema
CREATE ROLE app;
CREATE TABLE t(a int);

-- lockstep: migration
-- expect: ok
SET ROLE app;

-- expect: 42501
ALTER TABLE t ADD COLUMN b int;

-- expect: ok
RESET ROLE;

-- expect: ok
ALTER TABLE t ADD COLUMN c int;

-- expect: ok
DROP ROLE app;

-- expect: 22023
SET ROLE app;
