-- lockstep: schema
CREATE TABLE t (id int);
-- lockstep: migration
-- expect: 22003
ALTER TABLE t ADD COLUMN a smallint DEFAULT 70000;
-- expect: 22012
ALTER TABLE t ADD COLUMN a int DEFAULT 1 / 0;
-- expect: 22001
ALTER TABLE t ADD COLUMN a varchar(3) DEFAULT 'abcd';
-- expect: ok
ALTER TABLE t ADD COLUMN a text DEFAULT upper('abc');
-- expect: ok
CREATE TABLE u (a smallint DEFAULT 70000);
