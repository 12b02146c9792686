-- tables: orders

-- lockstep: migration
ALTER TABLE orders ADD COLUMN tier text;
UPDATE orders SET tier = 'free' WHERE tier IS NULL;
ALTER TABLE orders ALTER COLUMN tier SET NOT NULL;
