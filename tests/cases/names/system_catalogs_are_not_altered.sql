-- lockstep: schema


-- lockstep: migration
-- expect: 42501
ALTER TABLE pg_class ADD COLUMN x int;

-- expect: 42501
DROP TABLE pg_catalog.pg_type;
