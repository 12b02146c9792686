-- lockstep: schema
-- lockstep: migration
CREATE TABLE t (net numeric, gross numeric GENERATED ALWAYS AS (net * 1.19) STORED);
-- expect: 428C9
INSERT INTO t (net, gross) VALUES (1, 2);
