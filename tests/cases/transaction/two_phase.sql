-- lockstep: schema
CREATE TABLE t (id int);
CREATE TABLE other (id int);
-- lockstep: migration
-- expect: 42704
COMMIT PREPARED 'first';
BEGIN;
ALTER TABLE t ADD COLUMN a int;
-- expect: depends_on_data unless:55000
PREPARE TRANSACTION 'first';
COMMIT PREPARED 'first';
BEGIN;
ALTER TABLE other ADD COLUMN b int;
-- expect: depends_on_data unless:55000
PREPARE TRANSACTION 'second';
ROLLBACK PREPARED 'second';
BEGIN;
-- expect: 25001
ROLLBACK PREPARED 'first';
ROLLBACK;
