-- rehearsal gap: schema
-- Foreign keys between partitioned tables, one that refers to itself, and what is deferred with its parts.
-- lockstep: schema
CREATE TABLE s (a int PRIMARY KEY, f int REFERENCES s) PARTITION BY LIST (a);
CREATE TABLE pk (a int PRIMARY KEY) PARTITION BY LIST (a);
CREATE TABLE pk1 PARTITION OF pk FOR VALUES IN (1);
CREATE TABLE fk (a int REFERENCES pk, b int) PARTITION BY LIST (b);
CREATE TABLE fk1 PARTITION OF fk FOR VALUES IN (1) PARTITION BY LIST (b);
CREATE TABLE fk11 PARTITION OF fk1 FOR VALUES IN (1);
CREATE TABLE n (a int, b int) PARTITION BY LIST (a);
CREATE TABLE n1 PARTITION OF n FOR VALUES IN (1);
CREATE TABLE n2 PARTITION OF n FOR VALUES IN (2);
-- lockstep: migration
-- expect: ok
CREATE TABLE s1 PARTITION OF s FOR VALUES IN (1);
-- expect: ok
CREATE TABLE fk2 PARTITION OF fk FOR VALUES IN (2);
-- expect: ok
ALTER TABLE fk ALTER CONSTRAINT fk_a_fkey DEFERRABLE INITIALLY DEFERRED;
-- expect: XX000
ALTER TABLE fk2 ALTER CONSTRAINT fk_a_fkey NOT DEFERRABLE;
-- expect: ok
ALTER TABLE fk DETACH PARTITION fk1;
-- expect: 42P16
ALTER TABLE ONLY n ADD PRIMARY KEY (a);
-- expect: depends_on_data
ALTER TABLE n1 ALTER a SET NOT NULL;
-- expect: depends_on_data
ALTER TABLE n2 ALTER a SET NOT NULL;
-- expect: ok
ALTER TABLE ONLY n ADD PRIMARY KEY (a);
-- expect: 42P16
CREATE TABLE o (a int CHECK (a > 0) NO INHERIT) PARTITION BY LIST (a);
-- expect: 42809
ALTER TABLE ONLY n ADD FOREIGN KEY (b) REFERENCES pk;
-- expect: ok
DROP TABLE fk2;
