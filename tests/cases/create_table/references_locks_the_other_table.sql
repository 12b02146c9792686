-- A foreign key puts triggers on users: writes to it wait until the commit.
-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY);
-- lockstep: migration
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users);
