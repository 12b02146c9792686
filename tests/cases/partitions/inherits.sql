-- lockstep: schema
CREATE TABLE base (id int NOT NULL, note text DEFAULT 'x', CONSTRAINT positive CHECK (id > 0));
CREATE TABLE other (id int, more int);
-- lockstep: migration
-- expect: ok
CREATE TABLE child (extra int, note text) INHERITS (base);
-- expect: ok
CREATE TABLE both_of () INHERITS (base, other);
-- expect: 42P07
CREATE TABLE twice () INHERITS (base, base);
-- expect: 2BP01
DROP TABLE base;
-- expect: ok
DROP TABLE base CASCADE;
