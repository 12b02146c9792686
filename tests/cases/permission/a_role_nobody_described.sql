-- lockstep: schema
CREATE TABLE t(a int);

-- lockstep: migration
-- expect: depends_on_data
SET ROLE app;

-- expect: depends_on_data
SELECT a FROM t;

-- expect: unknown
ALTER TABLE t ADD COLUMN b int;
