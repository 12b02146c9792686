-- recipes: rebuild_table

-- lockstep: schema
CREATE EXTENSION btree_gist;
CREATE TABLE rooms (id integer PRIMARY KEY, name text);
CREATE TABLE bookings (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  room integer NOT NULL REFERENCES rooms (id),
  during daterange NOT NULL,
  guest text DEFAULT 'nobody' CHECK (guest <> ''),
  code serial UNIQUE
) WITH (fillfactor = 90);
CREATE INDEX bookings_guest ON bookings (lower(guest)) WHERE guest IS NOT NULL;
CREATE TABLE payments (id bigint PRIMARY KEY, booking bigint NOT NULL CONSTRAINT of_a_booking REFERENCES bookings (id) ON DELETE CASCADE);
COMMENT ON TABLE bookings IS 'Who sleeps where';
COMMENT ON COLUMN bookings.during IS 'Nights';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.guest := coalesce(NEW.guest, 'nobody'); RETURN NEW; END $$;
CREATE TRIGGER bookings_touch BEFORE INSERT OR UPDATE ON bookings FOR EACH ROW EXECUTE FUNCTION touch();
GRANT SELECT ON bookings TO public;
GRANT UPDATE (guest) ON bookings TO public;
INSERT INTO rooms SELECT n, 'room ' || n FROM generate_series(1, 10) AS n;
INSERT INTO bookings (room, during) SELECT 1 + n % 10, daterange(date '2024-01-01' + n, date '2024-01-01' + n + 5) FROM generate_series(1, 12000) AS n;
INSERT INTO payments SELECT id, id FROM bookings WHERE id % 3 = 0;

-- lockstep: migration
ALTER TABLE bookings ADD CONSTRAINT one_guest_a_night EXCLUDE USING gist (room WITH =, during WITH &&);
