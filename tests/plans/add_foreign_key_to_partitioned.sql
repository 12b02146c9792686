-- postgres: 18..
-- recipes: add_foreign_key

-- lockstep: schema
CREATE TABLE events (id bigint, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
INSERT INTO events SELECT n, '2024-01-01'::date + n % 800 FROM generate_series(1, 5000) AS n;
CREATE TABLE notes (id bigint PRIMARY KEY, event_id bigint, event_at date);
INSERT INTO notes SELECT id, id, at FROM events;

-- lockstep: migration
ALTER TABLE notes ADD FOREIGN KEY (event_id, event_at) REFERENCES events (id, at);
