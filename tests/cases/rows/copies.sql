-- What a table holds all of its rows to, rows copied from it are not asked for again; rows of children obey less.
-- lockstep: schema
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE plain (a int NOT NULL, b int REFERENCES users, c varchar(5) CONSTRAINT c_ok CHECK (c <> ''));
CREATE TABLE parent (a int NOT NULL, b int REFERENCES users, c varchar(5), CONSTRAINT c_ok CHECK (c <> '') NO INHERIT);
CREATE TABLE child () INHERITS (parent);
ALTER TABLE child ALTER COLUMN a DROP NOT NULL;
CREATE TABLE copy (a int NOT NULL, b int REFERENCES users, c varchar(5) CONSTRAINT c_ok CHECK (c <> ''));
INSERT INTO users VALUES (1);
INSERT INTO plain SELECT 1, id, 'x' FROM users;
INSERT INTO child SELECT NULL, 7, '' FROM users;
-- lockstep: migration
INSERT INTO copy SELECT a, b, c FROM plain;
-- expect: depends_on_data unless:23502
INSERT INTO copy SELECT a, b, c FROM parent;
-- expect: depends_on_data unless:23503
INSERT INTO copy (a, b) SELECT 1, b FROM parent;
-- expect: depends_on_data unless:23514
INSERT INTO copy (a, c) SELECT 1, c FROM parent;
