-- title: Add a value to an enum, safely
-- about: Committed by itself, the value can be used at once. IF NOT EXISTS lets the migration run again.
-- about: There is no DROP VALUE: the way back is a new type.
-- group: Common patterns
-- runner: psql
-- lockstep: schema
CREATE TYPE plan AS ENUM ('free', 'team');
CREATE TABLE accounts (id integer PRIMARY KEY, plan plan NOT NULL DEFAULT 'free');
INSERT INTO accounts (id, plan) VALUES (1, 'free'), (2, 'team');
-- lockstep: table accounts rows=2M size=400MB
-- lockstep: migration
ALTER TYPE plan ADD VALUE IF NOT EXISTS 'enterprise' AFTER 'team';

UPDATE accounts SET plan = 'enterprise' WHERE id = 2;
