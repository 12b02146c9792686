-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
-- lockstep: migration
-- expect: depends_on_data unless:23505
ALTER TABLE t ADD COLUMN code text UNIQUE;
