-- rows: {rows}
-- read: SELECT room, during, guest FROM bookings WHERE id = $1::bigint
-- write: UPDATE bookings SET guest = 'guest ' || $1::bigint WHERE id = $1::bigint

-- lockstep: schema
CREATE EXTENSION btree_gist;
CREATE TABLE bookings (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  room integer NOT NULL,
  during daterange NOT NULL,
  guest text
);
INSERT INTO bookings (room, during, guest)
SELECT n % greatest({rows} / 100, 1), daterange(day, day + 2), 'somebody'
FROM generate_series(1, {rows}) AS n, LATERAL (SELECT date '2020-01-01' + 3 * (n / greatest({rows} / 100, 1))::integer AS day) AS days;
-- lockstep: table bookings rows={rows} size=130MB

-- lockstep: migration
ALTER TABLE bookings ADD CONSTRAINT one_guest_a_night EXCLUDE USING gist (room WITH =, during WITH &&);
