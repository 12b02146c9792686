-- lockstep: schema
CREATE TABLE m (id int NOT NULL, d date NOT NULL, v int) PARTITION BY RANGE (d);
CREATE TABLE m_2023 PARTITION OF m FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE m_2024 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- lockstep: migration
-- expect: ok
INSERT INTO m VALUES (1, '2023-05-05', 1), (2, '2024-05-05', 2);
-- expect: 23514
INSERT INTO m VALUES (3, '2030-01-01', 3);
-- expect: 23514
INSERT INTO m_2023 (d, id) VALUES ('2024-05-05', 1);
-- expect: ok
INSERT INTO m_2023 (d, id) VALUES ('2023-05-05', 1);
-- expect: 23502
INSERT INTO m (d) VALUES ('2023-05-05');
-- expect: ok
UPDATE m_2023 SET v = 5;
-- expect: ok
DELETE FROM m;
