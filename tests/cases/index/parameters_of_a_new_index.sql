-- lockstep: schema
CREATE TABLE t(a int, j jsonb);

-- lockstep: migration
-- expect: ok
CREATE INDEX i1 ON t(a) WITH (fillfactor = 70);

-- expect: ok
CREATE INDEX i2 ON t USING gin (j) WITH (fastupdate = off);

-- expect: 22023
CREATE INDEX i3 ON t(a) WITH (fillfactor = 5);

-- expect: 22023
CREATE INDEX i4 ON t(a) WITH (fastupdate = off);

-- expect: 22023
CREATE INDEX i5 ON t(a) WITH (fillfactor = 70, fillfactor = 80);

-- expect: depends_on_data
CREATE INDEX i6 ON t(a) TABLESPACE fast;
