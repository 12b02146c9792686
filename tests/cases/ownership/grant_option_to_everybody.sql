-- lockstep: schema
CREATE TABLE t(a int);

-- lockstep: migration
-- expect: 0LP01
GRANT SELECT ON t TO PUBLIC WITH GRANT OPTION;
