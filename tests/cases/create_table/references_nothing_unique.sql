-- lockstep: schema
CREATE TABLE users (id int);
-- lockstep: migration
-- expect: 42830
CREATE TABLE orders (user_id int REFERENCES users (id));
-- expect: 42P01
CREATE TABLE orders (user_id int REFERENCES people (id));
-- expect: 42703
CREATE TABLE orders (user_id int REFERENCES users (key));
