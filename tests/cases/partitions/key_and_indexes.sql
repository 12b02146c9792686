-- lockstep: schema
CREATE TABLE m (id int NOT NULL, d date NOT NULL, v int) PARTITION BY RANGE (d);
CREATE TABLE m_2023 PARTITION OF m FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE INDEX m_2023_own ON m_2023 (v);
-- lockstep: migration
-- expect: ok
CREATE INDEX m_v ON m (v);
-- expect: ok
CREATE TABLE m_def PARTITION OF m DEFAULT;
-- expect: 2BP01
DROP INDEX m_2023_own;
-- expect: 0A000
CREATE INDEX CONCURRENTLY m_id ON m (id);
-- expect: 0A000
CREATE UNIQUE INDEX m_id ON m (id);
-- expect: ok
DROP INDEX m_v;
-- expect: ok
DROP TABLE m_2023;
-- expect: ok
DROP TABLE m;
