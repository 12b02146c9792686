-- title: Add a check constraint
-- about: Every row is read while nobody else may even read the table, and one bad row makes it fail (23514).
-- about: The pattern is wrong too: inside brackets, | is an ordinary character, so a@b.c| would pass.
-- group: Common patterns
-- runner: alembic
-- lockstep: schema
CREATE TABLE users (id integer PRIMARY KEY, email varchar(255) NOT NULL);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
ALTER TABLE users ADD CONSTRAINT ck_users_email_format
    CHECK (email ~ '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Z|a-z]{2,}$');
