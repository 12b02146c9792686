-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY);
-- lockstep: migration
-- expect: 42601
ALTER TABLE t ADD COLUM a int;
-- expect: 42601
CRATE TABLE u (a int);
-- expect: 42601
CREATE TABLE u (a int,);
ALTER TABLE t ADD COLUMN a int;
