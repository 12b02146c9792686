-- title: Add a column with a default, safely
-- about: A constant default is stored once in the catalog and read from there for old rows: no rewrite, no backfill,
-- about: no scan, NOT NULL from the start, however big the table is.
-- group: Common patterns
-- runner: psql
-- lockstep: schema
CREATE TABLE users (id integer PRIMARY KEY, email varchar(255) NOT NULL);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
SET lock_timeout = '2s';

ALTER TABLE users ADD COLUMN status VARCHAR(20) DEFAULT 'active' NOT NULL;
