-- SET CONSTRAINTS by name; what is deferred is decided when the transaction ends.
-- lockstep: schema
CREATE TABLE p (a int PRIMARY KEY);
CREATE TABLE c (a int CONSTRAINT c_fk REFERENCES p DEFERRABLE, b int CONSTRAINT b_fk REFERENCES p);
-- lockstep: migration
BEGIN;
-- expect: 42809
SET CONSTRAINTS b_fk DEFERRED;
ROLLBACK;
BEGIN;
-- expect: 42704
SET CONSTRAINTS missing DEFERRED;
ROLLBACK;
BEGIN;
-- expect: ok
SET CONSTRAINTS c_fk DEFERRED;
-- expect: ok
INSERT INTO c (a) VALUES (1);
-- expect: depends_on_data
COMMIT;
