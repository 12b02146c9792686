-- lockstep: schema
CREATE TABLE a (id int);
-- lockstep: migration
-- expect: ok
CREATE TABLE b (a varchar(5) DEFAULT NULL, b varchar DEFAULT NULL, c char(3) DEFAULT NULL, d numeric(5, 2) DEFAULT NULL, e text DEFAULT NULL::text);
-- expect: ok
ALTER TABLE a ADD COLUMN x varchar(5) DEFAULT NULL;
-- expect: depends_on_data scan_under_access_exclusive
ALTER TABLE a ADD COLUMN y varchar(5) NOT NULL DEFAULT NULL;
-- expect: 23502
INSERT INTO a (id) VALUES (1);
