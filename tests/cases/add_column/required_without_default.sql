-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
INSERT INTO t VALUES (1);
CREATE TABLE empty (id int PRIMARY KEY);
-- lockstep: migration
-- expect: 23502
ALTER TABLE t ADD COLUMN n int NOT NULL;
-- A table is not taken for empty because its schema shows no rows.
-- expect: depends_on_data unless:23502
ALTER TABLE empty ADD COLUMN n int NOT NULL;
