-- Conversions whose way back loses nothing: by a fixed zone, to text that is whole, to a document that is read again.
-- lockstep: schema
CREATE TABLE events (
  id integer PRIMARY KEY,
  at timestamp NOT NULL,
  seen timestamptz(3),
  price numeric(10,2),
  token uuid,
  weight double precision,
  body jsonb
);
INSERT INTO events VALUES
  (1, '2024-03-31 02:30:00.123456', '2024-10-27 02:30:00+02', 12.50, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 0.1, '{"b": [1, 2.50], "a": null}'),
  (2, '-infinity', NULL, 0.00, NULL, 1e300, 'null');
SET timezone = 'America/New_York';
-- lockstep: migration
ALTER TABLE events ALTER COLUMN at TYPE timestamptz USING at AT TIME ZONE 'UTC';
-- expect: depends_on_data unless:22008
ALTER TABLE events ALTER COLUMN seen TYPE timestamp(3) USING seen AT TIME ZONE '+02:00';
ALTER TABLE events ALTER COLUMN price TYPE varchar(40);
ALTER TABLE events ALTER COLUMN token TYPE text;
-- expect: depends_on_data unless:22001
ALTER TABLE events ALTER COLUMN weight TYPE varchar(40);
ALTER TABLE events ALTER COLUMN body TYPE json;
