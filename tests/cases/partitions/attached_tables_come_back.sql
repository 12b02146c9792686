-- A table that was put below another one is taken out again: going back loses none of its rows.
-- lockstep: schema
CREATE TABLE events (id bigint PRIMARY KEY, at date NOT NULL, note text);
CREATE INDEX events_at_idx ON events (at);
INSERT INTO events VALUES (1, '2020-01-01', 'first'), (2, '2021-01-01', 'second');
CREATE TABLE animals (id int PRIMARY KEY, name text);
INSERT INTO animals VALUES (1, 'cat');
-- lockstep: migration
ALTER TABLE events RENAME TO events_old;
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL, note text) PARTITION BY RANGE (at);
CREATE INDEX ON events (note);
ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM ('2000-01-01') TO ('2030-01-01');
CREATE TABLE beings (name text);
ALTER TABLE animals INHERIT beings;
