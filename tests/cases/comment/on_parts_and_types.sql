-- lockstep: schema
CREATE TABLE t(a int CONSTRAINT c CHECK (a > 0));
CREATE DOMAIN d AS int CONSTRAINT dc CHECK (VALUE > 0);
CREATE SCHEMA app;

-- lockstep: migration
-- expect: ok
COMMENT ON CONSTRAINT c ON t IS 'x';

-- expect: ok
COMMENT ON DOMAIN d IS 'x';

-- expect: ok
COMMENT ON CONSTRAINT dc ON DOMAIN d IS 'x';

-- expect: ok
COMMENT ON SCHEMA app IS 'x';

-- expect: 3F000
COMMENT ON SCHEMA nope IS 'x';
