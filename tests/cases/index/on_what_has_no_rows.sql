-- lockstep: schema
CREATE SEQUENCE s;
CREATE TABLE t(a int);
CREATE INDEX ix ON t(a);

-- lockstep: migration
-- expect: 42809
CREATE INDEX ON s(last_value);

-- expect: 42809
CREATE INDEX ON ix(a);

-- expect: 42501
CREATE INDEX ON pg_class(relname);

-- expect: 0A000
CREATE INDEX ON t(ctid);
