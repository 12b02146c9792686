-- lockstep: schema
CREATE EXTENSION pg_trgm;
CREATE TABLE t (name text, words tsvector);
-- lockstep: migration
-- expect: ok
CREATE INDEX by_name ON t USING gist (name gist_trgm_ops(siglen=256));
-- expect: ok
CREATE INDEX by_both ON t USING gist ((name || name) gist_trgm_ops(siglen=256), words tsvector_ops (siglen = '100'));
-- expect: ok
CREATE TABLE u (LIKE t INCLUDING INDEXES);
-- expect: ok
ALTER TABLE t ALTER COLUMN name TYPE varchar;
-- expect: 22023
CREATE INDEX ON t USING gist (name gist_trgm_ops(siglen=5000));
-- expect: 22023
CREATE INDEX ON t USING gist (name gist_trgm_ops(signature=5));
-- expect: 22023
CREATE INDEX ON t (name text_ops(a=1));
-- expect: ok
DROP INDEX by_name;
