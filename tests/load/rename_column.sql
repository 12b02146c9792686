-- tables: orders
-- read: SELECT code, total, status FROM orders WHERE id = $1::bigint
-- write: UPDATE orders SET total = ($1::bigint % 1000)::integer + 1 WHERE id = $1::bigint
-- from stage 4, read: SELECT code, total_cents, status FROM orders WHERE id = $1::bigint
-- from stage 4, write: UPDATE orders SET total_cents = ($1::bigint % 1000)::integer + 1 WHERE id = $1::bigint

-- lockstep: migration
ALTER TABLE orders RENAME COLUMN total TO total_cents;
