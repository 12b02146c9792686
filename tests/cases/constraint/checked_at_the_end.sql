-- lockstep: schema
CREATE TABLE excluded (a int, CONSTRAINT excluded_a EXCLUDE (a WITH =) INITIALLY DEFERRED);
CREATE TABLE late (a int UNIQUE DEFERRABLE);
CREATE TABLE whole (a int UNIQUE DEFERRABLE) PARTITION BY RANGE (a);
CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (10);
INSERT INTO whole VALUES (1);
CREATE TABLE numbered (a int GENERATED ALWAYS AS IDENTITY, b text);

-- lockstep: migration
-- expect: ok
BEGIN;

-- expect: ok
INSERT INTO excluded VALUES (1), (1);

-- expect: depends_on_data
COMMIT;

-- expect: unknown
INSERT INTO late VALUES (1) ON CONFLICT DO NOTHING;

-- expect: unknown
INSERT INTO excluded VALUES (1) ON CONFLICT ON CONSTRAINT excluded_a DO NOTHING;

-- expect: ok
BEGIN;

-- expect: ok
SET CONSTRAINTS whole_a_key DEFERRED;

-- expect: ok
INSERT INTO whole VALUES (1);

-- expect: depends_on_data
COMMIT;

-- expect: 428C9
MERGE INTO numbered USING (SELECT 10 AS x) AS source ON numbered.a = source.x WHEN NOT MATCHED THEN INSERT (a, b) VALUES (source.x, 'y');

-- expect: ok
MERGE INTO numbered USING (SELECT 10 AS x) AS source ON numbered.a = source.x WHEN NOT MATCHED THEN INSERT (a, b) VALUES (DEFAULT, 'y');
