-- What a failed statement took from a sequence is gone.
-- lockstep: schema
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int CHECK (a > 0));
INSERT INTO t (a) VALUES (1);
-- lockstep: migration
-- expect: 23514
INSERT INTO t (a) VALUES (0);
-- expect: ok
INSERT INTO t (a) SELECT i FROM generate_series(1, 3) AS i;
-- expect: ok
ALTER TABLE t ADD CONSTRAINT five_at_most CHECK (id <= 5);
-- expect: 23514
ALTER TABLE t ADD CONSTRAINT four_at_most CHECK (id <= 4);
