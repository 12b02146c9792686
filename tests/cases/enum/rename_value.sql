-- lockstep: schema
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (m mood DEFAULT 'ok' CHECK (m <> 'sad'));
CREATE INDEX only_ok ON t (m) WHERE m = 'ok';
-- lockstep: migration
-- expect: ok
ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
-- expect: 22023
ALTER TYPE mood RENAME VALUE 'ok' TO 'good';
-- expect: 42710
ALTER TYPE mood RENAME VALUE 'fine' TO 'sad';
-- expect: 42809
ALTER TYPE t RENAME VALUE 'a' TO 'b';
-- expect: ok
ALTER TYPE mood RENAME TO feeling;
