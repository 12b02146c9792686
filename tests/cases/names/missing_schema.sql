-- lockstep: schema
CREATE TABLE pp (a int) PARTITION BY LIST (a);
CREATE INDEX pi ON pp (a);
CREATE VIEW seen AS SELECT 1;

-- lockstep: migration
-- expect: 3F000
CREATE INDEX ON nosuch.t (a);

-- expect: 3F000
REFRESH MATERIALIZED VIEW nosuch.t;

-- expect: 3F000
CREATE RULE r AS ON INSERT TO nosuch.t DO NOTHING;

-- expect: 3F000
CREATE SEQUENCE s OWNED BY nosuch.t.a;

-- expect: 3F000
ALTER SEQUENCE nosuch.s OWNED BY NONE;

-- expect: 3F000
ALTER INDEX pi ATTACH PARTITION nosuch.i;

-- expect: 3F000
CREATE POLICY p ON nosuch.t;

-- expect: 3F000
ALTER POLICY p ON nosuch.t USING (true);

-- expect: 3F000
DROP POLICY p ON nosuch.t;

-- expect: 3F000
DROP TRIGGER p ON nosuch.t;

-- expect: 3F000
DROP RULE p ON nosuch.t;

-- expect: 3F000
COMMENT ON COLUMN nosuch.t.a IS 'x';

-- expect: 3F000
CLUSTER nosuch.t;

-- expect: 3F000
REINDEX TABLE nosuch.t;

-- expect: 3F000
TRUNCATE nosuch.t;

-- expect: 3F000
CREATE TABLE c () INHERITS (nosuch.t);

-- expect: 3F000
CREATE TABLE c (LIKE nosuch.t);

-- expect: 3F000
ALTER TABLE pp ATTACH PARTITION nosuch.t DEFAULT;

-- expect: 3F000
CREATE TABLE fk (a int REFERENCES nosuch.t);

-- expect: 3F000
GRANT SELECT ON nosuch.t TO PUBLIC;

-- expect: 42P01
INSERT INTO nosuch.t VALUES (1);

-- expect: 42P01
UPDATE nosuch.t SET a = 1;

-- expect: 42P01
SELECT * FROM nosuch.t;

-- expect: 42P01
CREATE VIEW v AS SELECT * FROM nosuch.t;

-- expect: ok
DROP RULE IF EXISTS r ON nosuch.t;

-- expect: ok
DROP RULE IF EXISTS r ON pp;

-- expect: ok
ALTER SEQUENCE IF EXISTS nosuch.s OWNED BY NONE;

-- expect: ok
DROP POLICY IF EXISTS p ON nosuch.t;

-- expect: 2BP01
DROP RULE "_RETURN" ON seen;
