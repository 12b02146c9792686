-- lockstep: schema
CREATE TABLE t (id int, a int);
-- lockstep: migration
-- expect: depends_on_data unless:23505
ALTER TABLE t ADD PRIMARY KEY (id);
