-- Rows written by a query are not known one by one.
-- lockstep: schema
CREATE TABLE source (a int);
INSERT INTO source VALUES (1);
CREATE TABLE t (id int PRIMARY KEY, a int);
INSERT INTO t SELECT a, a FROM source;
-- lockstep: migration
-- expect: depends_on_data unless:23502
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
