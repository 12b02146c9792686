-- lockstep: schema
CREATE ROLE app;
CREATE ROLE other;
CREATE TABLE mine(a int PRIMARY KEY);
CREATE TABLE theirs(a int PRIMARY KEY);
ALTER TABLE mine OWNER TO app;
GRANT ALL ON theirs TO app;

-- lockstep: migration
-- expect: ok
SET ROLE app;

-- expect: ok
ALTER TABLE mine ADD COLUMN b int;

-- expect: 42501
ALTER TABLE theirs ADD COLUMN b int;

-- expect: 42501
CREATE INDEX i ON theirs(a);

-- expect: 42501
DROP TABLE theirs;

-- expect: 42501
COMMENT ON TABLE theirs IS 'x';

-- expect: depends_on_data
INSERT INTO theirs VALUES (1);

-- expect: ok
TRUNCATE theirs;

-- expect: 42501
ALTER TABLE mine OWNER TO other;

-- expect: 42501
CREATE TABLE t(a int);

-- expect: ok
CREATE TEMPORARY TABLE t(a int);

-- expect: ok
DROP TABLE mine;
