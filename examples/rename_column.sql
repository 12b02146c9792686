-- title: Rename a column by copying it
-- about: The column is created as "userId" with quotes and updated as userId without: PostgreSQL folds that to userid
-- about: and finds no such column (42703). Before that, the new foreign key has checked every row under a lock.
-- group: Zero-downtime patterns
-- runner: alembic
-- lockstep: schema
CREATE TABLE users (id integer PRIMARY KEY, email varchar(255) NOT NULL);
CREATE TABLE posts (
    id integer PRIMARY KEY,
    user_id integer NOT NULL,
    title text NOT NULL,
    CONSTRAINT fk_posts_user_id FOREIGN KEY (user_id) REFERENCES users (id)
);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com');
INSERT INTO posts (id, user_id, title) VALUES (1, 1, 'Notes'), (2, 2, 'Compilers'), (3, 1, 'Engines');
-- lockstep: table users rows=10M size=2GB
-- lockstep: table posts rows=40M size=18GB
-- lockstep: migration
ALTER TABLE posts ADD COLUMN "userId" INTEGER;
ALTER TABLE posts ADD CONSTRAINT "fk_posts_userId" FOREIGN KEY ("userId") REFERENCES users (id);

UPDATE posts SET userId = user_id WHERE userId IS NULL;

ALTER TABLE posts ALTER COLUMN "userId" SET NOT NULL;

ALTER TABLE posts DROP CONSTRAINT fk_posts_user_id;
ALTER TABLE posts DROP COLUMN user_id;
