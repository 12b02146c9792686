-- recipes: concurrently

-- lockstep: schema
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL, value integer) PARTITION BY RANGE (at);
CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO events SELECT n, '2023-06-01'::date + n / 24, n % 3 FROM generate_series(1, 9000) AS n;

-- lockstep: migration
ALTER TABLE events DETACH PARTITION events_2023;
