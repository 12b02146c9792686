-- title: Drop a column
-- about: The statement is quick, but the running application still names the column: from here on its queries fail.
-- about: The index on it goes along unasked, and no rollback brings the values back.
-- group: Common patterns
-- runner: alembic
-- lockstep: schema
CREATE TABLE users (
    id integer PRIMARY KEY,
    email varchar(255) NOT NULL,
    phone varchar(32) NOT NULL
);
CREATE INDEX ix_users_phone ON users (phone);
INSERT INTO users (id, email, phone) VALUES (1, 'ada@example.com', '555-0100'), (2, 'grace@example.com', '555-0101');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
ALTER TABLE users DROP COLUMN phone;
