-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, user_id int, amount int);
-- lockstep: migration
-- expect: depends_on_data unless:21000
MERGE INTO users u USING orders o ON u.id = o.user_id WHEN MATCHED THEN UPDATE SET name = 'buyer';
-- expect: depends_on_data unless:23505
MERGE INTO users u USING orders o ON u.id = o.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (o.id, 'new');
-- expect: 42703
MERGE INTO users u USING orders o ON u.id = o.id WHEN MATCHED THEN UPDATE SET missing = 1;
-- expect: 42601
MERGE INTO users u USING orders o ON u.id = o.id WHEN NOT MATCHED THEN INSERT VALUES (1, 'x', 3);
-- expect: 42P01
MERGE INTO users u USING missing o ON u.id = o.id WHEN MATCHED THEN DELETE;
-- expect: 42601
MERGE INTO users u USING orders o ON u.id = o.id WHEN MATCHED THEN DELETE WHEN MATCHED THEN DO NOTHING;
