-- recipes: rebuild_table
-- plan: same

-- lockstep: schema
CREATE TABLE orders (region text, number integer, net numeric(12,2) NOT NULL, tax numeric(12,2) NOT NULL, PRIMARY KEY (region, number));
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_of_it ON orders USING (true);
INSERT INTO orders SELECT 'r' || n % 7, n, n, n / 5 FROM generate_series(1, 12000) AS n;

-- lockstep: migration
ALTER TABLE orders ADD COLUMN gross numeric(12,2) GENERATED ALWAYS AS (net + tax) STORED;
