-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE TABLE u (id int PRIMARY KEY, note text);
-- lockstep: migration
BEGIN;
ALTER TABLE t ADD COLUMN b int;
UPDATE u SET note = NULL WHERE id < 0;
CREATE INDEX ix_a ON t (a);
COMMIT;
ALTER TABLE u ADD COLUMN b int;
