-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, v text DEFAULT '0');
-- lockstep: migration
-- expect: 42804
ALTER TABLE t ALTER COLUMN v TYPE int USING v::int;
-- expect: depends_on_data unless:22P02
ALTER TABLE t ALTER COLUMN v DROP DEFAULT, ALTER COLUMN v TYPE int USING v::int, ALTER COLUMN v SET DEFAULT 0;
