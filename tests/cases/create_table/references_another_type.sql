-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY);
-- lockstep: migration
-- expect: 42804
CREATE TABLE orders (user_id text REFERENCES users (id));
