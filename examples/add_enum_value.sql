-- title: Add a value to an enum
-- about: A new value cannot be used in the transaction that adds it (55P04). A runner that wraps the migration in one
-- about: transaction undoes both statements.
-- group: Common patterns
-- runner: alembic
-- lockstep: schema
CREATE TYPE plan AS ENUM ('free', 'team');
CREATE TABLE accounts (id integer PRIMARY KEY, plan plan NOT NULL DEFAULT 'free');
INSERT INTO accounts (id, plan) VALUES (1, 'free'), (2, 'team');
-- lockstep: table accounts rows=2M size=400MB
-- lockstep: migration
ALTER TYPE plan ADD VALUE 'enterprise';

UPDATE accounts SET plan = 'enterprise' WHERE id = 2;
