-- A name that was made with capitals is only found in quotes.
-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY, user_id int REFERENCES users (id));
-- lockstep: migration
-- expect: ok name_needs_quotes
ALTER TABLE posts ADD COLUMN "userId" integer;
-- expect: 42703 does_not_exist
UPDATE posts SET userId = user_id WHERE userId IS NULL;
-- expect: ok
UPDATE posts SET "userId" = user_id WHERE "userId" IS NULL;
