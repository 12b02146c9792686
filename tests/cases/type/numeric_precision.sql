-- More digits before the point cost nothing; another scale rewrites.
-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, n numeric(10, 2));
-- lockstep: migration
ALTER TABLE t ALTER COLUMN n TYPE numeric(12, 2);
-- expect: depends_on_data unless:22003
ALTER TABLE t ALTER COLUMN n TYPE numeric(12, 4);
ALTER TABLE t ALTER COLUMN n TYPE numeric;
