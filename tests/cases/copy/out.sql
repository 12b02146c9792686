-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a text);
CREATE SEQUENCE s;
-- lockstep: migration
COPY t TO STDOUT;
COPY t (a) TO STDOUT CSV HEADER;
COPY (SELECT id FROM t) TO STDOUT;
-- expect: 42703
COPY t (missing) TO STDOUT;
-- expect: 42809
COPY s TO STDOUT;
-- expect: 42P01
COPY missing TO STDOUT;
