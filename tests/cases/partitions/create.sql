-- rehearsal gap: schema
-- lockstep: schema
CREATE TABLE events (id bigint NOT NULL, at timestamptz NOT NULL, kind text, CHECK (kind <> ''), PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX ON events (kind);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- lockstep: migration
-- The primary key must hold the key of every level.
-- expect: 0A000
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (kind);
-- expect: ok
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY HASH (id);
-- expect: ok
CREATE TABLE events_2025_0 PARTITION OF events_2025 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
-- expect: 42P17
CREATE TABLE overlapping PARTITION OF events FOR VALUES FROM ('2025-06-01') TO ('2027-01-01');
