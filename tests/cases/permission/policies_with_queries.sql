-- lockstep: migration
-- expect: depends_on_data
CREATE ROLE reader;
CREATE TABLE account(name name PRIMARY KEY, level int);
CREATE TABLE document(id int PRIMARY KEY, category int, owner name, level int);
CREATE TABLE note(id int, document int);
GRANT SELECT ON account, document, note TO reader;
-- expect: ok
CREATE POLICY by_level ON document USING (level <= (SELECT account.level FROM account WHERE account.name = CURRENT_USER));
-- expect: ok
CREATE POLICY by_owner ON document FOR SELECT USING (EXISTS (SELECT 1 FROM account a WHERE a.name = document.owner AND a.level > 3));
-- expect: ok
CREATE POLICY of_document ON note USING (document IN (SELECT d.id FROM document d WHERE d.category = 1)) WITH CHECK (id > 0);
-- expect: 42703
CREATE POLICY wrong ON note USING (document IN (SELECT d.nothing FROM document d));
ALTER TABLE document ENABLE ROW LEVEL SECURITY;
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
-- Who made the tables sees all rows.
-- expect: ok
SELECT * FROM document;
SET ROLE reader;
-- What the policies ask of other tables is read as well.
-- expect: depends_on_data
SELECT id FROM document WHERE category = 2;
-- expect: depends_on_data
SELECT * FROM note;
SET row_security = off;
-- expect: 42501
SELECT * FROM document;
RESET row_security;
RESET ROLE;
-- A policy that reads its own table goes on for ever.
CREATE TABLE tree(id int, parent int);
CREATE POLICY above ON tree USING (parent IN (SELECT t.id FROM tree t));
ALTER TABLE tree ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON tree TO reader;
SET ROLE reader;
-- expect: 42P17
SELECT * FROM tree;
RESET ROLE;
-- expect: 2BP01
DROP TABLE account;
-- expect: ok
DROP TABLE account CASCADE;
