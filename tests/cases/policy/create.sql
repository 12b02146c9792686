-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);

-- lockstep: migration
-- expect: ok
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
-- expect: 42601
CREATE POLICY p ON t FOR SELECT WITH CHECK (true);
-- expect: 42601
CREATE POLICY p ON t FOR INSERT USING (true);
-- expect: ok
CREATE POLICY p ON t USING (a > 0) WITH CHECK (a < 10);
-- expect: 42710
CREATE POLICY p ON t USING (true);
-- expect: 42804
CREATE POLICY q ON t USING (a);
-- expect: 42803
CREATE POLICY q ON t USING (sum(a) > 1);
-- expect: ok
CREATE POLICY q ON t AS RESTRICTIVE FOR UPDATE TO public, postgres USING (id = 1);
-- expect: ok
ALTER POLICY q ON t WITH CHECK (id > 2);
-- expect: 42704
ALTER POLICY nope ON t USING (true);
-- expect: 42710
ALTER POLICY p ON t RENAME TO q;
-- expect: 42704
DROP POLICY nope ON t;
-- expect: ok
DROP POLICY IF EXISTS nope ON t;
-- expect: ok
DROP POLICY p ON t;
-- expect: 0A000
ALTER TABLE t ALTER COLUMN id TYPE bigint;
-- expect: 2BP01
ALTER TABLE t DROP COLUMN id;
-- expect: ok
ALTER TABLE t FORCE ROW LEVEL SECURITY;
-- expect: depends_on_data
CREATE POLICY r ON t FOR SELECT TO reader USING (a = 1);
