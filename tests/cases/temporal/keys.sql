-- postgres: 18
-- lockstep: schema
CREATE TABLE p (id int4range, r tsrange, d date, n int);
CREATE TABLE c (id int4range, r tsrange);
INSERT INTO p VALUES ('[1,2)', '[2024-01-01,2024-02-01)');
INSERT INTO c VALUES ('[1,2)', '[2024-01-01,2024-01-05)');
-- lockstep: migration
-- expect: 42601
ALTER TABLE p ADD UNIQUE (r WITHOUT OVERLAPS);
-- expect: 42804
ALTER TABLE p ADD UNIQUE (id, d WITHOUT OVERLAPS);
-- expect: 42704
ALTER TABLE p ADD UNIQUE (n, r WITHOUT OVERLAPS);
-- expect: depends_on_data
ALTER TABLE p ADD PRIMARY KEY (id, r WITHOUT OVERLAPS);
-- expect: 42830
ALTER TABLE c ADD FOREIGN KEY (id, r) REFERENCES p;
-- expect: 42830
ALTER TABLE c ADD FOREIGN KEY (id, PERIOD r) REFERENCES p (id, r);
-- expect: 0A000
ALTER TABLE c ADD FOREIGN KEY (id, PERIOD r) REFERENCES p ON DELETE CASCADE;
-- expect: depends_on_data unless:23503
ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (id, PERIOD r) REFERENCES p;
-- expect: ok
CREATE TABLE x (id int4range, r daterange, UNIQUE (id, r WITHOUT OVERLAPS));
