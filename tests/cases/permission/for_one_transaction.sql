-- lockstep: schema
CREATE ROLE app;
CREATE TABLE t(a int);
ALTER TABLE t OWNER TO app;
CREATE TABLE u(a int);

-- lockstep: migration
-- expect: ok
BEGIN;

-- expect: ok
SET LOCAL ROLE app;

-- expect: ok
ALTER TABLE t ADD COLUMN b int;

-- expect: ok
COMMIT;

-- expect: ok
ALTER TABLE u ADD COLUMN b int;

-- expect: ok
BEGIN;

-- expect: ok
SET ROLE app;

-- expect: ok
ROLLBACK;

-- expect: ok
ALTER TABLE u ADD COLUMN c int;
