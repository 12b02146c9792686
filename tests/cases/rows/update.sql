-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int, b int NOT NULL);
CREATE INDEX ix_a ON t (a);
-- lockstep: migration
UPDATE t SET a = 1 WHERE id = 1;
UPDATE t SET a = 1 WHERE a IS NULL;
-- expect: 42703
UPDATE t SET missing = 1;
-- expect: 42703
UPDATE t SET a = 1 WHERE missing = 1;
-- expect: 42601
UPDATE t SET a = 1 WHERE a IS NULL LIMIT 1000;
-- expect: depends_on_data unless:23502
UPDATE t SET b = NULL;
