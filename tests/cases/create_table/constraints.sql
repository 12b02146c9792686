-- Columns and constraints get the server's own names.
-- lockstep: schema
-- lockstep: migration
CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    email text NOT NULL UNIQUE,
    balance numeric(12, 2) DEFAULT 0 CHECK (balance >= 0),
    CONSTRAINT email_has_at CHECK (position('@' in email) > 0)
);
