-- lockstep: migration
-- expect: depends_on_data
CREATE ROLE writer;
-- expect: depends_on_data
CREATE ROLE reader;
CREATE TABLE level(name name PRIMARY KEY, height int);
CREATE TABLE document(id int PRIMARY KEY, owner name, height int, note text);
CREATE TABLE kept(id int, note text);
GRANT ALL ON document, kept TO writer;
GRANT SELECT ON level TO writer;
CREATE FUNCTION is_shown(text) RETURNS boolean LANGUAGE plpgsql COST 0.1 AS 'BEGIN RETURN true; END';
CREATE POLICY by_height ON document USING (height <= (SELECT l.height FROM level l WHERE l.name = CURRENT_USER)) WITH CHECK (owner = CURRENT_USER);
CREATE POLICY seen ON kept FOR SELECT USING (true);
ALTER TABLE document ENABLE ROW LEVEL SECURITY;
ALTER TABLE kept ENABLE ROW LEVEL SECURITY;
SET ROLE writer;
-- What the policies ask of other tables is read, and what the rows do not satisfy is refused.
-- expect: depends_on_data
INSERT INTO document VALUES (1, 'writer', 1, 'a');
-- expect: depends_on_data
UPDATE document SET note = 'c' WHERE id = 1;
-- expect: depends_on_data
DELETE FROM document WHERE is_shown(note);
-- expect: ok
EXPLAIN UPDATE document SET note = 'd' WHERE id = 2;
-- No policy permits what is written.
-- expect: 42501
INSERT INTO kept VALUES (1, 'a');
-- expect: 0A000
COPY kept FROM STDIN;
1	b
\.
-- expect: depends_on_data
UPDATE document d SET note = 'e' FROM (SELECT 1 AS id) s WHERE d.id = s.id;
RESET ROLE;
-- The tables of a view are read with the rights of its owner.
CREATE VIEW shown AS SELECT * FROM document WHERE is_shown(note);
ALTER VIEW shown OWNER TO writer;
GRANT SELECT ON shown TO reader;
SET ROLE reader;
-- expect: depends_on_data
SELECT * FROM shown;
RESET ROLE;
REVOKE SELECT ON level FROM writer;
SET ROLE reader;
-- expect: 42501
SELECT * FROM shown;
RESET ROLE;
-- Whoever owns the table writes what he wants.
-- expect: ok
INSERT INTO kept VALUES (2, 'c');
CREATE TABLE part(id int, height int) PARTITION BY LIST (id);
CREATE TABLE part_one PARTITION OF part FOR VALUES IN (1);
CREATE TABLE part_two PARTITION OF part FOR VALUES IN (2);
CREATE POLICY only_one ON part USING (id = 1);
ALTER TABLE part ENABLE ROW LEVEL SECURITY;
GRANT ALL ON part TO writer;
SET ROLE writer;
-- A condition of a policy leaves partitions out.
-- expect: ok
SELECT * FROM part;
-- expect: ok
DELETE FROM part WHERE height > 1;
-- The policies are those of the table that is named.
-- expect: depends_on_data
INSERT INTO part VALUES (1, 1);
RESET ROLE;
