-- tables: orders

-- lockstep: migration
UPDATE orders SET status = 'closed' WHERE status = 'open';
