-- A nullable column is made NOT NULL, which reads every row.
-- lockstep: schema
CREATE TABLE t (id int, a int NOT NULL);
CREATE UNIQUE INDEX ix_t_id ON t (id);
-- lockstep: migration
-- expect: depends_on_data unless:23502
ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX ix_t_id;
