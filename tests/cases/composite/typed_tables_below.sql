-- What changes an attribute goes on to the tables below a typed one.
-- lockstep: schema
CREATE TYPE pair AS (a int, b text);
CREATE TABLE t OF pair;
CREATE TABLE below () INHERITS (t);
CREATE TABLE p (a int UNIQUE, b int) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE r (a int REFERENCES p (a));
-- lockstep: migration
-- expect: 2BP01
ALTER TYPE pair ADD ATTRIBUTE c text;
-- expect: ok
ALTER TYPE pair ADD ATTRIBUTE c text CASCADE;
-- expect: ok
ALTER TYPE pair RENAME ATTRIBUTE a TO aa CASCADE;
-- expect: ok
INSERT INTO below (aa, c) VALUES (1, 'x');
-- expect: ok unique_constraint_builds_index unique_allows_nulls
ALTER TABLE p ADD CONSTRAINT u UNIQUE (a, b) DEFERRABLE;
-- expect: ok
ALTER TABLE p DISABLE TRIGGER ALL;
