-- lockstep: migration
-- expect: ok
CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
-- expect: 42710
CREATE COLLATION no_case (provider = icu, locale = 'und');
-- expect: ok
CREATE COLLATION IF NOT EXISTS no_case (provider = icu, locale = 'und');
-- expect: ok
CREATE TABLE t (id int, name text COLLATE no_case UNIQUE);
-- expect: ok
CREATE INDEX ON t ((name || 'x') COLLATE no_case);
-- expect: 2BP01
DROP COLLATION no_case;
-- expect: ok
DROP COLLATION no_case CASCADE;
-- expect: ok
CREATE TABLE u (name text);
