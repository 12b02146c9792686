-- title: Add a unique constraint
-- about: The delete of duplicates fails (23503) as soon as another table refers to one of them, as posts does here.
-- about: Without such rows, the constraint would build its index while nobody can read or write the table.
-- group: Common patterns
-- runner: alembic
-- lockstep: schema
CREATE TABLE users (id integer PRIMARY KEY, email varchar(255));
CREATE TABLE posts (id integer PRIMARY KEY, user_id integer REFERENCES users (id));
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com'), (3, 'ada@example.com');
INSERT INTO posts (id, user_id) VALUES (1, 2), (2, 3);
-- lockstep: table users rows=10M size=2GB
-- lockstep: table posts rows=40M size=18GB
-- lockstep: migration
DELETE FROM users a USING users b
WHERE a.id > b.id AND a.email = b.email;

ALTER TABLE users ADD CONSTRAINT uq_users_email UNIQUE (email);
