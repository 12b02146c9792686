-- lockstep: schema
CREATE TABLE t (id serial PRIMARY KEY);
CREATE TABLE u (t_id int REFERENCES t (id));
-- lockstep: migration
-- expect: 42P07
ALTER TABLE t RENAME TO u;
ALTER TABLE t RENAME TO things;
-- expect: 42P01
ALTER TABLE t RENAME TO x;
