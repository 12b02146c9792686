-- tables: orders

-- lockstep: migration
ALTER TABLE orders ALTER COLUMN status SET NOT NULL;
