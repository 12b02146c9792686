-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
INSERT INTO t VALUES (1);
-- lockstep: migration
ALTER TABLE t ADD COLUMN status text NOT NULL DEFAULT 'new';
ALTER TABLE t ADD COLUMN made_at timestamptz DEFAULT now();
