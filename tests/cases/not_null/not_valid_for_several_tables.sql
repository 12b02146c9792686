-- postgres: 18
-- lockstep: schema
CREATE TABLE p (a int, b int);
CREATE TABLE c () INHERITS (p);
CREATE TABLE d () INHERITS (c);
INSERT INTO d VALUES (1, 1);
CREATE TABLE q (a int);
CREATE TABLE r (a int NOT NULL) INHERITS (q);
CREATE TABLE s (a int) PARTITION BY LIST (a);
CREATE TABLE s1 PARTITION OF s FOR VALUES IN (1);
-- lockstep: migration
ALTER TABLE p ADD CONSTRAINT p_a NOT NULL a NOT VALID;
-- expect: depends_on_data unless:23502
ALTER TABLE c VALIDATE CONSTRAINT p_a;
-- expect: depends_on_data unless:23502
ALTER TABLE p VALIDATE CONSTRAINT p_a;
ALTER TABLE q ADD CONSTRAINT q_a NOT NULL a NOT VALID;
ALTER TABLE s ADD NOT NULL a NOT VALID;
-- expect: depends_on_data unless:23502
ALTER TABLE s VALIDATE CONSTRAINT s_a_not_null;
