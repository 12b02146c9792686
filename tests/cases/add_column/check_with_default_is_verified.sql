-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
INSERT INTO t VALUES (1);
-- lockstep: migration
-- expect: ok
ALTER TABLE t ADD COLUMN n int DEFAULT 1 CHECK (n > 0);
