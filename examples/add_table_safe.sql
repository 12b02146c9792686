-- title: Add a table, safely
-- about: Table and index first, the foreign key last and by itself: users is locked against writes for a moment only,
-- about: and lock_timeout gives up instead of letting a queue form. Identity, bigint and timestamptz wear better.
-- group: Common patterns
-- runner: psql
-- lockstep: schema
CREATE TABLE users (id integer PRIMARY KEY, email varchar(255) NOT NULL);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
SET lock_timeout = '2s';

CREATE TABLE study_plans (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id integer NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX ix_study_plans_user_id ON study_plans (user_id);

ALTER TABLE study_plans ADD CONSTRAINT fk_study_plans_user_id FOREIGN KEY (user_id) REFERENCES users (id);
