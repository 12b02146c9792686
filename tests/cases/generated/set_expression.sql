-- postgres: 18
-- lockstep: schema
CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a * 2) STORED CHECK (g > 0), v int);
CREATE TABLE u (a int, v int NOT NULL GENERATED ALWAYS AS (a * 2) VIRTUAL);
CREATE INDEX t_g ON t (g);
INSERT INTO t VALUES (1);
INSERT INTO u VALUES (1);
-- lockstep: migration
-- expect: depends_on_data
ALTER TABLE t ALTER COLUMN g SET EXPRESSION AS (a * 3);
-- expect: 55000
ALTER TABLE t ALTER COLUMN a SET EXPRESSION AS (a * 3);
-- expect: 42P17
ALTER TABLE t ALTER COLUMN g SET EXPRESSION AS (g + 1);
-- expect: depends_on_data
ALTER TABLE u ALTER COLUMN v SET EXPRESSION AS (a + 1);
-- expect: 0A000
ALTER TABLE u ALTER COLUMN v DROP EXPRESSION;
-- expect: depends_on_data
ALTER TABLE u ADD CHECK (a > 0);
-- expect: 0A000
ALTER TABLE u ALTER COLUMN v SET EXPRESSION AS (a + 2);
