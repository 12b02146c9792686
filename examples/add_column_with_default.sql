-- title: Add a column with a default
-- about: Add, fill, require: three steps that hold one ACCESS EXCLUSIVE lock while every row is written and then read
-- about: again. The column ends without a default, so an insert that leaves it out fails.
-- group: Common patterns
-- runner: alembic
-- lockstep: schema
CREATE TABLE users (id integer PRIMARY KEY, email varchar(255) NOT NULL);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
ALTER TABLE users ADD COLUMN status VARCHAR(20);

UPDATE users SET status = 'active' WHERE status IS NULL;

ALTER TABLE users ALTER COLUMN status SET NOT NULL;
