-- Rows that are not in the text may hold anything.
-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
-- lockstep: migration
-- expect: depends_on_data unless:23502
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
