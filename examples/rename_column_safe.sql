-- title: Rename a column by copying it, safely
-- about: Quoted wherever it is mixed case; the foreign key starts as NOT VALID and is validated under a lock that lets
-- about: reads and writes through; three deploys of the application stand between the parts.
-- group: Zero-downtime patterns
-- runner: psql
-- postgres: 17
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
SET lock_timeout = '2s';
ALTER TABLE posts ADD COLUMN "userId" INTEGER;
ALTER TABLE posts ADD CONSTRAINT "fk_posts_userId" FOREIGN KEY ("userId") REFERENCES users (id) NOT VALID;

-- Deploy: the application writes both columns. Then fill the old rows, batch by batch.
UPDATE posts SET "userId" = user_id WHERE id BETWEEN 1 AND 1000 AND "userId" IS NULL;

ALTER TABLE posts VALIDATE CONSTRAINT "fk_posts_userId";
ALTER TABLE posts ADD CONSTRAINT "posts_userId_set" CHECK ("userId" IS NOT NULL) NOT VALID;
ALTER TABLE posts VALIDATE CONSTRAINT "posts_userId_set";
ALTER TABLE posts ALTER COLUMN "userId" SET NOT NULL;
ALTER TABLE posts DROP CONSTRAINT "posts_userId_set";

-- Deploy: the application reads "userId". The old column may be missing from inserts from here on.
ALTER TABLE posts ALTER COLUMN user_id DROP NOT NULL;

-- Deploy: the application no longer mentions user_id. Dropping a foreign key locks users as well, briefly.
ALTER TABLE posts DROP CONSTRAINT fk_posts_user_id;
ALTER TABLE posts DROP COLUMN user_id;
