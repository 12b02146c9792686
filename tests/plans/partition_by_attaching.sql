-- recipes: replace_table

-- lockstep: schema
CREATE TABLE events (id bigint, at date NOT NULL, body text, PRIMARY KEY (id, at));
INSERT INTO events SELECT n, '2024-01-01'::date + n % 600, 'body' FROM generate_series(1, 12000) AS n;

-- lockstep: migration
BEGIN;
ALTER TABLE events RENAME TO events_old;
CREATE TABLE events (LIKE events_old INCLUDING DEFAULTS, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
COMMIT;
