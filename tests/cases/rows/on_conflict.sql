-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int, b text NOT NULL, CONSTRAINT t_a CHECK (a > 0));
CREATE UNIQUE INDEX ON t (a) WHERE id > 0;
-- lockstep: migration
-- expect: depends_on_data unless:23514
INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT DO NOTHING;
-- expect: depends_on_data unless:23514
INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT (id) DO UPDATE SET b = excluded.b;
-- expect: depends_on_data unless:23514
INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT ON CONSTRAINT t_pkey DO UPDATE SET b = 'y' WHERE t.b <> excluded.b;
-- expect: 42P10
INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT (a) DO NOTHING;
-- expect: 42703
INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT (missing) DO NOTHING;
-- expect: 42704
INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT ON CONSTRAINT missing DO NOTHING;
-- expect: 42809
INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT ON CONSTRAINT t_a DO NOTHING;
-- expect: 42601
INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT DO UPDATE SET b = 'y';
-- expect: 42703
INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT (id) DO UPDATE SET missing = 1;
-- expect: 42702
INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT (id) DO UPDATE SET a = a + 1;
-- expect: 42804
INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT (id) DO UPDATE SET a = excluded.b;
-- expect: unknown
INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT (id) DO UPDATE SET a = t.a - 1;
