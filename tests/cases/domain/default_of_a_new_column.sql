-- lockstep: schema
CREATE DOMAIN seven AS int DEFAULT 7;
CREATE TABLE t (a int);
INSERT INTO t VALUES (1);
-- lockstep: migration
-- expect: ok
ALTER TABLE t ADD COLUMN b seven;
