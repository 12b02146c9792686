-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
-- lockstep: migration
-- expect: 42601
LOCK TABLE t IN quiet MODE;
-- expect: 42601
LOCK TABLE t IN MODE;
-- expect: 42601
LOCK TABLE t IN SHARE EXCLUSIVE MODE;
