-- tables: orders

-- lockstep: migration
CREATE INDEX ix_orders_user_id ON orders (user_id);
