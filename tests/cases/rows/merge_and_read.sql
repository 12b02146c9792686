-- lockstep: schema
CREATE TABLE account (id int PRIMARY KEY, total int);
CREATE TABLE change (id int, delta int);
-- lockstep: migration
BEGIN;
-- expect: depends_on_data
MERGE INTO account a USING change c ON a.id = c.id WHEN MATCHED THEN UPDATE SET total = a.total + c.delta WHEN NOT MATCHED THEN INSERT (id, total) VALUES (c.id, c.delta);
-- What was only written is locked anew to be read.
SELECT count(*) FROM account;
COMMIT;
