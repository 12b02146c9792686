-- recipes: move_rows

-- lockstep: schema
CREATE TABLE events (id bigint PRIMARY KEY, at date NOT NULL, body text);
INSERT INTO events SELECT n, '2024-01-01'::date + n % 600, 'body' FROM generate_series(1, 12000) AS n;

-- lockstep: migration
CREATE TABLE events_new (id bigint, at date NOT NULL, body text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events_new FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_rest PARTITION OF events_new DEFAULT;
INSERT INTO events_new (id, at, body) SELECT id, at, body FROM events;
ALTER TABLE events RENAME TO events_old;
ALTER TABLE events_new RENAME TO events;
