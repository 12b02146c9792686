-- A foreign key looks up the rows that have a key, whatever the others have; conflicts are looked for on the
-- table that is named.
-- lockstep: schema
CREATE TABLE k (a int PRIMARY KEY);
CREATE TABLE p (a int PRIMARY KEY, b text) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE r (b int REFERENCES k);
-- lockstep: migration
-- expect: depends_on_data unless:23503
INSERT INTO r VALUES (NULL), (1);
-- expect: ok
INSERT INTO p VALUES (1, 'x') ON CONFLICT (a) DO NOTHING;
-- expect: unknown
INSERT INTO p VALUES (1, 'x') ON CONFLICT ON CONSTRAINT p_pkey DO NOTHING;
