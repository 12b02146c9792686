-- lockstep: schema

-- lockstep: migration
-- expect: 42601
CREATE TABLE i1 (id integer GENERATED ALWAYS AS IDENTITY NULL);

-- expect: 42601
CREATE TABLE i2 (id integer NULL GENERATED ALWAYS AS IDENTITY);

-- expect: 42601
CREATE TABLE i3 (id serial NULL);

-- expect: ok
CREATE TYPE it AS (f1 integer, f2 text);

-- expect: 0A000
CREATE TABLE it12 OF it (f1 WITH OPTIONS GENERATED ALWAYS AS IDENTITY);

-- expect: 42P16
CREATE TABLE unk (u unknown);

-- expect: 42P16
CREATE TABLE unk (u record);

-- expect: 42P16
CREATE TABLE unk (u anyelement);

-- expect: 42P16
CREATE TABLE unk (u cstring);

-- expect: 42P16
CREATE TABLE unk (u record[]);

-- expect: 42P16
CREATE TYPE ukt AS (u unknown);

-- expect: 42P16
CREATE TYPE ukt2 AS (u record);

-- expect: ok
CREATE TABLE fh (f1 text, f2 text);

-- expect: 42P16
CREATE INDEX ON fh ((f1 || f2), (row(f1, f2)));

-- expect: 42P16
CREATE TABLE pr (a int, b int) PARTITION BY RANGE (((a, b)));

-- expect: 42P16
CREATE TABLE pr (a int, b int) PARTITION BY RANGE (a, ('unknown'));

-- expect: ok
CREATE SEQUENCE s13 AS smallint;

-- expect: ok
ALTER SEQUENCE s13 AS int;

-- expect: ok
CREATE SEQUENCE s14 AS bigint MAXVALUE 100000;

-- expect: 22023
ALTER SEQUENCE s14 AS smallint;

-- expect: ok
ALTER SEQUENCE s14 AS smallint MAXVALUE 1000;

-- expect: ok
CREATE SEQUENCE s15 AS bigint INCREMENT -1;

-- expect: ok
ALTER SEQUENCE s15 AS int;

-- expect: ok
CREATE SEQUENCE s16 AS int MINVALUE 1 MAXVALUE 2147483647;

-- expect: ok
ALTER SEQUENCE s16 AS smallint;

-- expect: ok
CREATE DOMAIN pdom AS int;

-- expect: ok
CREATE FUNCTION pplus(int) RETURNS int LANGUAGE SQL IMMUTABLE AS 'SELECT $1 + 1';

-- expect: ok
CREATE TABLE pk1 (a int, b int) PARTITION BY RANGE (pplus(a));

-- expect: 2BP01
DROP FUNCTION pplus(int);

-- expect: ok
CREATE TABLE pk2 (a pdom) PARTITION BY RANGE (a);

-- expect: 2BP01
DROP DOMAIN pdom;

-- expect: ok
CREATE TABLE pk3 (a int) PARTITION BY RANGE ((a::pdom));

-- expect: 2BP01
DROP DOMAIN pdom;

-- expect: ok
CREATE TABLE tt9 (c int);

-- expect: ok
ALTER TABLE tt9 ADD CONSTRAINT tt9_c_key CHECK (c > 1);

-- expect: 42710
ALTER TABLE tt9 ADD CONSTRAINT tt9_c_key UNIQUE (c);

-- expect: ok
ALTER TABLE tt9 ADD UNIQUE (c);

-- expect: 42P07
ALTER TABLE tt9 ADD CONSTRAINT tt9_c_key1 UNIQUE (c);

-- expect: 42710
ALTER TABLE tt9 ADD CONSTRAINT tt9_c_key1 CHECK (c > 2);

-- expect: ok
CREATE TABLE cwi (a int, b int) PARTITION BY HASH (a);

-- expect: ok
CREATE UNIQUE INDEX cwi_a ON cwi (a);

-- expect: 0A000
ALTER TABLE cwi ADD PRIMARY KEY USING INDEX cwi_a;

-- expect: ok
CREATE TABLE ix (a int, b int) PARTITION BY RANGE (a);

-- expect: ok
CREATE INDEX ix_a_b ON ix (a, b);

-- expect: 55000
ALTER INDEX ix_a_b ATTACH PARTITION ix_a_b;

-- expect: ok
CREATE TABLE ixp (a int, b int);

-- expect: ok
CREATE INDEX ixp_b ON ixp (b);

-- expect: 55000
ALTER INDEX ix_a_b ATTACH PARTITION ixp_b;

-- expect: 42P17
ALTER TABLE ix_a_b ATTACH PARTITION ixp FOR VALUES FROM (1) TO (2);

-- expect: ok
CREATE TABLE ppk (a int, b int, PRIMARY KEY (a)) PARTITION BY RANGE (a);

-- expect: 42P16
CREATE TABLE ppk1 PARTITION OF ppk (b PRIMARY KEY) FOR VALUES FROM (0) TO (10);

-- expect: ok
CREATE TABLE typed OF it;

-- expect: ok
CREATE TABLE lp (f1 int, f2 text) PARTITION BY LIST (f1);

-- expect: 42809
ALTER TABLE lp ATTACH PARTITION typed FOR VALUES IN (1);

-- expect: 42601
CREATE TABLE st1 (a text STORAGE MAIN);

-- expect: ok
CREATE TABLE st1 (a text);

-- expect: ok
ALTER TABLE st1 ALTER a SET STORAGE MAIN;

-- expect: ok
CREATE TABLE st2 (a text);

-- expect: ok
ALTER TABLE st2 ALTER a SET STORAGE EXTERNAL;

-- expect: 42804
CREATE TABLE st3 () INHERITS (st1, st2);

-- expect: 42804
CREATE TABLE st4 (LIKE st2 INCLUDING STORAGE) INHERITS (st1);

-- expect: ok
CREATE TABLE pb (a text, b int NOT NULL DEFAULT 0, CONSTRAINT check_a CHECK (length(a) > 0)) PARTITION BY LIST (a);

-- expect: ok
CREATE TABLE pb_b PARTITION OF pb (b NOT NULL DEFAULT 1, CONSTRAINT check_a CHECK (length(a) > 0), CONSTRAINT check_b CHECK (b >= 0)) FOR VALUES IN ('b');

-- expect: 42710
CREATE TABLE pb_c PARTITION OF pb (CONSTRAINT check_a CHECK (length(a) > 1)) FOR VALUES IN ('c');

-- expect: ok
CREATE TABLE called (a int, CHECK (int4gt(a, 0)));

-- expect: ok
CREATE INDEX ON called (int4mul(a, 2));

-- expect: ok
CREATE FUNCTION plusone(a int) RETURNS int LANGUAGE sql AS 'SELECT a + 1';

-- expect: ok
CREATE TABLE inlined (a int) PARTITION BY RANGE (plusone(a));

-- expect: unknown
SELECT boolin('t');
