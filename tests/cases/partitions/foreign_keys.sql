-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE m (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
CREATE TABLE m_2024 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE m_2023 PARTITION OF m FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE refers (id int, d date);
-- lockstep: migration
-- expect: depends_on_data unless:23503
ALTER TABLE m ADD CONSTRAINT to_users FOREIGN KEY (id) REFERENCES users (id);
-- expect: 42P16
ALTER TABLE m_2023 DROP CONSTRAINT to_users;
-- expect: depends_on_data unless:23503
ALTER TABLE refers ADD CONSTRAINT to_m FOREIGN KEY (id, d) REFERENCES m (id, d);
-- expect: ok
CREATE TABLE m_2025 PARTITION OF m FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- expect: 2BP01
DROP TABLE m_2023;
-- expect: 2BP01
DROP TABLE users;
-- expect: depends_on_data unless:23503
ALTER TABLE m DETACH PARTITION m_2023;
-- expect: ok
ALTER TABLE refers DROP CONSTRAINT to_m;
-- expect: ok
ALTER TABLE m DROP CONSTRAINT to_users;
