-- Values that a function made long may not fit into an index, unless their type keeps them short.
-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, code varchar(40), wide varchar(700), free text);
INSERT INTO t SELECT n, 'c' || n, repeat('w', 600), repeat('f', 20) FROM generate_series(1, 1000) AS n;
-- lockstep: migration
ALTER TABLE t ADD CONSTRAINT t_code UNIQUE (code);
-- expect: ok
CREATE INDEX t_code_id ON t (code, id);
-- Seven hundred characters may have 2800 bytes.
-- expect: unknown
CREATE INDEX t_wide ON t (wide);
-- expect: unknown
CREATE INDEX t_free ON t (free);
-- expect: unknown
CREATE INDEX t_lower ON t (lower(code));
