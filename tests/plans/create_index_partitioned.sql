-- recipes: create_index

-- lockstep: schema
CREATE TABLE events (id bigint NOT NULL, at timestamptz NOT NULL, value integer) PARTITION BY RANGE (at);
CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (value);
CREATE TABLE events_2024_1 PARTITION OF events_2024 FOR VALUES IN (1);
CREATE TABLE events_2024_other PARTITION OF events_2024 DEFAULT;
INSERT INTO events SELECT n, '2023-06-01'::timestamptz + n * interval '1 hour', n % 3 FROM generate_series(1, 9000) AS n;

-- lockstep: migration
CREATE INDEX events_value_idx ON events (value, at);
