-- lockstep: schema
CREATE SCHEMA a;
CREATE SEQUENCE s;
CREATE TABLE t(id serial);
CREATE INDEX ix ON t(id);

-- lockstep: migration
-- expect: ok
ALTER SEQUENCE s SET SCHEMA a;

-- expect: 0A000
ALTER SEQUENCE t_id_seq SET SCHEMA a;

-- expect: 42809
ALTER TABLE ix SET SCHEMA a;

-- expect: ok
ALTER TABLE t SET SCHEMA public;
