-- lockstep: schema

-- lockstep: migration
-- expect: ok
CREATE TABLE t(r int4range);

-- expect: ok
INSERT INTO t VALUES ('[1,4)'), ('[3,5)');

-- expect: 23P01
ALTER TABLE t ADD CONSTRAINT ex EXCLUDE USING gist (r WITH &&);

-- expect: ok
CREATE TABLE u(r int4range);

-- expect: ok
INSERT INTO u VALUES ('[1,3]'), ('[4,5)'), ('empty'), ('[9,)'), (NULL);

-- expect: ok
ALTER TABLE u ADD CONSTRAINT ex EXCLUDE USING gist (r WITH &&);
