-- tables: orders
-- read: SELECT code, total::bigint, status FROM orders WHERE id = $1::bigint
-- write: UPDATE orders SET total = ($1::bigint % 1000 + 1)::bigint WHERE id = $1::bigint

-- lockstep: migration
ALTER TABLE orders ALTER COLUMN total TYPE bigint;
