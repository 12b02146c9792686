-- NOT NULL is no constraint of a table before 18, whatever the table has below it.
-- postgres: 17
-- lockstep: schema
CREATE TABLE p (a int);
CREATE TABLE c () INHERITS (p);
CREATE TABLE s (a int) PARTITION BY LIST (a);
-- lockstep: migration
-- expect: 42601
ALTER TABLE p ADD CONSTRAINT p_a NOT NULL a NOT VALID;
-- expect: 42601
ALTER TABLE p ADD NOT NULL a;
-- expect: 42601
ALTER TABLE s ADD NOT NULL a NO INHERIT;
