-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, v varchar(50));
INSERT INTO t VALUES (1, 'a long value');
-- lockstep: migration
-- expect: depends_on_data unless:22001
ALTER TABLE t ALTER COLUMN v TYPE varchar(5);
