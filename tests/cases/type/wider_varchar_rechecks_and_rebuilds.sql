-- A valid check is read again, a partial index built again; a plain index is kept.
-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, v varchar(20) CHECK (v <> ''));
CREATE INDEX ix_plain ON t (v);
CREATE INDEX ix_partial ON t (id) WHERE v = 'x';
-- lockstep: migration
ALTER TABLE t ALTER COLUMN v TYPE varchar(50);
