-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int, CONSTRAINT small CHECK (a < 10));
CREATE INDEX ix_a ON t (a);
-- lockstep: migration
COMMENT ON TABLE t IS 'Things';
COMMENT ON COLUMN t.a IS 'It''s small';
COMMENT ON INDEX ix_a IS 'Used by the report';
COMMENT ON CONSTRAINT small ON t IS 'By law';
COMMENT ON TABLE t IS NULL;
-- expect: 42P01
COMMENT ON TABLE missing IS 'x';
-- expect: 42703
COMMENT ON COLUMN t.missing IS 'x';
