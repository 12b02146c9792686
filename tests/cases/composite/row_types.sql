-- lockstep: schema
CREATE TABLE kept (id int);
CREATE TABLE old_row (a int, b text);
CREATE TABLE old_holder (x int, y old_row);
CREATE DOMAIN old_domain AS old_row;
CREATE TABLE old_user (z old_domain, w old_row[]);
CREATE SEQUENCE counter;
CREATE INDEX kept_id ON kept (id);
-- lockstep: migration
-- expect: ok
CREATE TABLE at1 (a int, b text);
-- expect: ok
CREATE TABLE at2 (x int, y at1);
-- expect: 0A000
ALTER TABLE at1 ALTER COLUMN b TYPE varchar;
-- expect: 0A000
ALTER TABLE at1 ADD COLUMN c int DEFAULT 1;
-- expect: 0A000
ALTER TABLE at1 ADD COLUMN c serial;
-- expect: 0A000
ALTER TABLE at1 ADD COLUMN c int GENERATED ALWAYS AS (a + 1) STORED;
-- expect: 0A000
ALTER TABLE at1 SET UNLOGGED;
-- expect: ok
ALTER TABLE at1 ADD COLUMN e int;
-- expect: ok
ALTER TABLE at1 ADD COLUMN g int DEFAULT NULL;
-- expect: ok
ALTER TABLE at1 DROP COLUMN g;
-- expect: ok
ALTER TABLE at1 RENAME COLUMN b TO bb;
-- expect: 2BP01
DROP TABLE at1;
-- expect: ok
CREATE TABLE at3 (x int, y at1[]);
-- expect: ok
DROP TABLE at2;
-- expect: 0A000
ALTER TABLE at1 ALTER COLUMN bb TYPE varchar;
-- expect: 2BP01
DROP TABLE at1 RESTRICT;
-- expect: ok
CREATE TABLE rec1 (f1 int);
-- expect: 42P16
ALTER TABLE rec1 ADD COLUMN f2 rec1;
-- expect: 42P16
ALTER TABLE rec1 ADD COLUMN f2 rec1[];
-- expect: ok
CREATE TABLE rec2 (f1 int, f2 rec1);
-- expect: 42P16
ALTER TABLE rec1 ADD COLUMN f2 rec2;
-- expect: ok
CREATE DOMAIN recd AS rec1;
-- expect: 42P16
ALTER TABLE rec1 ADD COLUMN f2 recd;
-- expect: ok
CREATE TYPE recc AS (r rec1, n int);
-- expect: 42P16
ALTER TABLE rec1 ADD COLUMN f2 recc;
-- expect: 42P16
ALTER TABLE rec1 ALTER COLUMN f1 TYPE rec1 USING NULL;
-- expect: ok
CREATE TABLE rec3 (d recd, c recc);
-- expect: ok
ALTER TABLE kept ADD COLUMN r rec1, ADD COLUMN d recd;
-- expect: 42704
CREATE TABLE of_sequence (c counter);
-- expect: 42704
CREATE TABLE of_index (c kept_id);
-- expect: 42601
CREATE TABLE of_length (c rec1(3));
-- expect: ok
CREATE TABLE again (a int);
-- expect: ok
CREATE TABLE holder (y again, z int);
-- expect: ok
DROP TABLE again CASCADE;
-- expect: 42703
ALTER TABLE holder DROP COLUMN y;
-- expect: ok
CREATE DOMAIN positive AS int;
-- expect: ok
CREATE TABLE checked (n positive);
-- expect: ok
CREATE TABLE holds_checked (c checked);
-- expect: 0A000
ALTER DOMAIN positive ADD CHECK (VALUE > 0);
-- expect: ok
CREATE VIEW shown AS SELECT id FROM kept;
-- expect: ok
CREATE TABLE of_view (v shown);
-- expect: 2BP01
DROP VIEW shown;
-- expect: ok
DROP TABLE of_view;
-- expect: ok
DROP VIEW shown;
-- expect: ok
CREATE TABLE parted (a int, b text) PARTITION BY LIST (a);
-- expect: ok
CREATE TABLE of_parted (p parted);
-- expect: 0A000
ALTER TABLE parted ALTER COLUMN b TYPE varchar;
-- expect: ok
ALTER TABLE parted ADD COLUMN c int DEFAULT 1;
-- expect: ok
DROP TABLE old_row CASCADE;
-- expect: ok
INSERT INTO rec2 VALUES (1, NULL);
-- expect: ok
SELECT (f2).f1 FROM rec2;
-- expect: ok
CREATE TABLE full_rows (r rec1, CONSTRAINT whole CHECK (r IS NOT NULL));
-- expect: ok
ALTER TABLE full_rows ALTER COLUMN r SET NOT NULL;
