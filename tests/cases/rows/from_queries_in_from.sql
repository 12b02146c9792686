-- lockstep: schema
CREATE TABLE role (id int PRIMARY KEY, name text);
CREATE TABLE permission (id int PRIMARY KEY, value text);
CREATE TABLE granted (role_id int REFERENCES role, permission_id int REFERENCES permission);
INSERT INTO role SELECT i, 'r' FROM generate_series(1, 1000) AS i;
INSERT INTO permission SELECT i, md5(random()::text) FROM generate_series(1, 1000) AS i;
INSERT INTO granted SELECT i, i FROM generate_series(1, 1000) AS i;
-- lockstep: migration
-- expect: depends_on_data
INSERT INTO granted (role_id, permission_id) SELECT r.id, p.id FROM permission p CROSS JOIN (SELECT 'admin' AS name UNION ALL SELECT 'user') AS names JOIN role r ON r.name = names.name;
-- expect: 42703
INSERT INTO granted (role_id) SELECT names.nope FROM (SELECT 'admin' AS name) AS names;
-- expect: 42P01
INSERT INTO granted (role_id) SELECT other.name FROM (SELECT 'admin' AS name) AS names;
-- No such row, no look-up: the locks are those that a row takes.
-- expect: depends_on_data
DELETE FROM permission WHERE value LIKE 'nothing%';
