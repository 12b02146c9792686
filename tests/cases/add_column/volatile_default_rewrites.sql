-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
INSERT INTO t VALUES (1);
-- lockstep: migration
ALTER TABLE t ADD COLUMN token uuid DEFAULT gen_random_uuid();
ALTER TABLE t ADD COLUMN made_at timestamptz DEFAULT clock_timestamp();
