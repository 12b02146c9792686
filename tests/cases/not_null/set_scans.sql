-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
INSERT INTO t VALUES (1, NULL);
-- lockstep: migration
-- expect: 23502
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
