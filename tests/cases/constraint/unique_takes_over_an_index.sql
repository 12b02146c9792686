-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE UNIQUE INDEX ix_t_a ON t (a);
CREATE INDEX ix_t_id ON t (id);
-- lockstep: migration
ALTER TABLE t ADD CONSTRAINT uq_t_a UNIQUE USING INDEX ix_t_a;
-- expect: 42809
ALTER TABLE t ADD CONSTRAINT uq_t_id UNIQUE USING INDEX ix_t_id;
-- expect: 42704
ALTER TABLE t ADD CONSTRAINT uq_t_id UNIQUE USING INDEX missing;
