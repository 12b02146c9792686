-- tables: orders
-- read: SELECT code, total, status FROM orders WHERE id = $1::bigint
-- write: UPDATE orders SET note = 'n' || $1::bigint WHERE id = $1::bigint
-- read: SELECT name FROM users WHERE id = 1 + $1::bigint % 1000
-- write: UPDATE users SET name = name WHERE id = 1 + $1::bigint % 1000

-- lockstep: migration
ALTER TABLE orders ADD CONSTRAINT fk_orders_user_id FOREIGN KEY (user_id) REFERENCES users (id);
