-- tables: orders

-- lockstep: migration
ALTER TABLE orders ADD CONSTRAINT uq_orders_code UNIQUE (code);
