-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, v text);
-- lockstep: migration
-- expect: depends_on_data unless:22P02
ALTER TABLE t ALTER COLUMN v TYPE int USING v::int;
