-- lockstep: schema
CREATE TABLE t (id int NOT NULL, a int);
-- lockstep: migration
-- expect: depends_on_data unless:23505
ALTER TABLE t ADD PRIMARY KEY (id);
-- expect: 42P16
ALTER TABLE t ADD PRIMARY KEY (a);
