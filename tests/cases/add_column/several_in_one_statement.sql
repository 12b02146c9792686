-- One statement, one lock, at most one pass over the table.
-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
-- lockstep: migration
ALTER TABLE t ADD COLUMN a int, ADD COLUMN b text DEFAULT 'x', ADD COLUMN c uuid DEFAULT gen_random_uuid();
