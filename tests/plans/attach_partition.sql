-- recipes: attach_partition

-- lockstep: schema
CREATE TABLE events (id bigint, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
INSERT INTO events SELECT n, '2024-01-01'::date + n % 300 FROM generate_series(1, 5000) AS n;
CREATE TABLE events_2025 (id bigint, at date NOT NULL, PRIMARY KEY (id, at));
INSERT INTO events_2025 SELECT n, '2025-01-01'::date + n % 300 FROM generate_series(1, 5000) AS n;

-- lockstep: migration
ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
