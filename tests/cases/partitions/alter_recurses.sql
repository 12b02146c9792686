-- lockstep: schema
CREATE TABLE p (id int, a int, b text);
CREATE TABLE c1 (x int) INHERITS (p);
CREATE TABLE c2 () INHERITS (c1);
CREATE TABLE m (id int NOT NULL, d date NOT NULL, v int) PARTITION BY RANGE (d);
CREATE TABLE m_2023 PARTITION OF m FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
-- lockstep: migration
-- expect: depends_on_data
ALTER TABLE p ADD CONSTRAINT positive CHECK (a > 0);
-- expect: 42P16
ALTER TABLE c1 DROP CONSTRAINT positive;
-- expect: ok
ALTER TABLE ONLY p DROP CONSTRAINT positive;
-- expect: ok
ALTER TABLE c1 DROP CONSTRAINT positive;
-- expect: 42P16
ALTER TABLE c1 RENAME COLUMN a TO z;
-- expect: ok
ALTER TABLE p RENAME COLUMN a TO z;
-- expect: ok
ALTER TABLE p ADD COLUMN x int;
-- expect: 42P16
ALTER TABLE c1 DROP COLUMN x;
-- expect: ok
ALTER TABLE p DROP COLUMN x;
-- expect: 42809
ALTER TABLE m_2023 ADD COLUMN n int;
-- expect: ok
ALTER TABLE m ADD COLUMN n int DEFAULT 1;
-- expect: ok
ALTER TABLE m ALTER COLUMN v TYPE bigint, ALTER COLUMN v SET DEFAULT 5;
-- expect: depends_on_data
ALTER TABLE m ADD UNIQUE (id, d);
-- expect: 42P16
ALTER TABLE m_2023 DROP CONSTRAINT m_2023_id_d_key;
