-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int, j json, made_at timestamptz);
CREATE INDEX ix_a ON t (a);
-- lockstep: migration
-- expect: 42P07
CREATE INDEX ix_a ON t (id);
CREATE INDEX IF NOT EXISTS ix_a ON t (id);
-- expect: 42703
CREATE INDEX ON t (b);
-- expect: 42P01
CREATE INDEX ON missing (a);
-- expect: 42704
CREATE INDEX ON t (j);
-- expect: 42P17
CREATE INDEX ON t (date_trunc('day', made_at));
