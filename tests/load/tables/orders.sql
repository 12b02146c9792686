-- rows: {rows}
-- read: SELECT code, total, status FROM orders WHERE id = $1::bigint
-- write: UPDATE orders SET note = 'n' || $1::bigint WHERE id = $1::bigint
-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, greatest({rows} / 10, 1000)) AS n;
CREATE TABLE orders (
  id integer PRIMARY KEY,
  user_id bigint,
  code varchar(40) NOT NULL,
  total integer NOT NULL,
  status text,
  note text
);
INSERT INTO orders SELECT n, 1 + n % (greatest({rows} / 10, 1000)), 'code ' || n, 1 + n % 1000, 'open', repeat('note ', 20) FROM generate_series(1, {rows}) AS n;
-- lockstep: table users rows=200000
-- lockstep: table orders rows={rows} size=400MB
