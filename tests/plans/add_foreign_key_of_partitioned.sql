-- recipes: add_foreign_key

-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT n FROM generate_series(1, 5000) AS n;
CREATE TABLE events (id bigint, user_id bigint, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY RANGE (at);
CREATE TABLE events_2024a PARTITION OF events_2024 FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
CREATE TABLE events_2024b PARTITION OF events_2024 DEFAULT;
CREATE TABLE events_rest PARTITION OF events DEFAULT;
INSERT INTO events SELECT n, n, '2024-01-01'::date + n % 800 FROM generate_series(1, 5000) AS n;

-- lockstep: migration
ALTER TABLE events ADD CONSTRAINT events_user_fk FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE;
