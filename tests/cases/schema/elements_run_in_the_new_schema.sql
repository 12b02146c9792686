-- lockstep: schema


-- lockstep: migration
-- expect: ok
CREATE SCHEMA a CREATE INDEX ON t (id) CREATE TABLE t (id int) GRANT SELECT ON t TO PUBLIC;

-- expect: ok
ALTER TABLE a.t ADD COLUMN b int;
