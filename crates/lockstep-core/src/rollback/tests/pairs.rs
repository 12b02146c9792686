//! Schemas, migrations and the grade of the way back.

use crate::rollback::Grade::{self, Exact, Impossible, LosesData};

pub(super) struct Pair {
    pub(super) name: &'static str,
    pub(super) schema: &'static str,
    pub(super) migration: &'static str,
    pub(super) grade: Grade,
}

const fn pair(name: &'static str, schema: &'static str, migration: &'static str, grade: Grade) -> Pair {
    Pair { name, schema, migration, grade }
}

const USERS: &str = "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, \
    name varchar(100) DEFAULT 'x', age integer CHECK (age > 0));";
const SHOP: &str = "CREATE TABLE customers (id serial PRIMARY KEY, name text); \
    CREATE TABLE orders (id serial PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id) ON DELETE CASCADE, \
    total numeric(10,2) DEFAULT 0 NOT NULL, note text); CREATE INDEX orders_customer ON orders (customer_id);";
const MOOD: &str = "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE people (id integer PRIMARY KEY, m mood);";

const VIEWS: &str = "CREATE TABLE t (id integer PRIMARY KEY, a integer, b text); \
    CREATE VIEW v AS SELECT id, a FROM t WHERE b <> ''; CREATE VIEW w WITH (security_barrier=true) AS SELECT a FROM v; \
    CREATE MATERIALIZED VIEW m AS SELECT a, count(*) AS n FROM t GROUP BY a; CREATE UNIQUE INDEX m_a ON m (a); \
    COMMENT ON VIEW v IS 'a view';";

pub(super) const PAIRS: &[Pair] = &[
    pair("make views", VIEWS, "CREATE VIEW x AS SELECT a AS y FROM w; CREATE VIEW z AS SELECT y FROM x;", Exact),
    pair("drop a view", VIEWS, "DROP VIEW v CASCADE;", Exact),
    pair("replace a view", VIEWS, "CREATE OR REPLACE VIEW v AS SELECT id, a, b FROM t;", Exact),
    pair(
        "replace a view over a new column",
        VIEWS,
        "ALTER TABLE t ADD COLUMN c integer; CREATE OR REPLACE VIEW v AS SELECT id, a, c FROM t;",
        Exact,
    ),
    pair("rename what a view reads", VIEWS, "ALTER TABLE t RENAME COLUMN a TO aa; ALTER TABLE t RENAME TO tt;", Exact),
    pair("rename a view", VIEWS, "ALTER VIEW v RENAME TO vv; ALTER VIEW w RENAME COLUMN a TO x;", Exact),
    pair(
        "change a type under a view",
        VIEWS,
        "DROP VIEW v CASCADE; DROP MATERIALIZED VIEW m; ALTER TABLE t ALTER COLUMN a TYPE bigint; \
        CREATE VIEW v AS SELECT id, a FROM t;",
        Exact,
    ),
    pair("drop a materialized view", VIEWS, "DROP MATERIALIZED VIEW m;", Exact),
    pair("drop a table with its views", VIEWS, "DROP TABLE t CASCADE;", LosesData),
    pair("make a rule", VIEWS, "CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;", Exact),
    pair("add a column", USERS, "ALTER TABLE users ADD COLUMN phone text;", Exact),
    pair("add a column with default", USERS, "ALTER TABLE users ADD COLUMN n integer NOT NULL DEFAULT 5;", Exact),
    pair("add a serial column", USERS, "ALTER TABLE users ADD COLUMN n serial;", Exact),
    pair("add a unique column", USERS, "ALTER TABLE users ADD COLUMN phone text UNIQUE CHECK (phone <> '');", Exact),
    pair("drop a column", USERS, "ALTER TABLE users DROP COLUMN name;", LosesData),
    pair("drop a checked column", USERS, "ALTER TABLE users DROP COLUMN age;", LosesData),
    pair("drop a not null unique column", USERS, "ALTER TABLE users DROP COLUMN email;", LosesData),
    pair("drop the key column", USERS, "ALTER TABLE users DROP COLUMN id;", LosesData),
    pair("rename a column", USERS, "ALTER TABLE users RENAME COLUMN email TO mail;", Exact),
    pair("rename a checked column", USERS, "ALTER TABLE users RENAME COLUMN age TO years;", Exact),
    pair("rename a table", SHOP, "ALTER TABLE customers RENAME TO clients;", Exact),
    pair(
        "rename a table and its column",
        SHOP,
        "ALTER TABLE orders RENAME TO sales; ALTER TABLE sales RENAME COLUMN note TO remark;",
        Exact,
    ),
    pair(
        "rename a constraint",
        SHOP,
        "ALTER TABLE orders RENAME CONSTRAINT orders_pkey TO pk; ALTER TABLE orders RENAME CONSTRAINT orders_customer_id_fkey TO fk;",
        Exact,
    ),
    pair("rename an index", SHOP, "ALTER INDEX orders_customer RENAME TO i;", Exact),
    pair(
        "create a table",
        SHOP,
        "CREATE TABLE items (id serial PRIMARY KEY, order_id integer REFERENCES orders, q integer CHECK (q > 0)); CREATE INDEX ON items (order_id);",
        Exact,
    ),
    pair(
        "create tables that refer to each other",
        SHOP,
        "CREATE TABLE a (id integer PRIMARY KEY, b integer); CREATE TABLE b (id integer PRIMARY KEY, a integer REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;",
        Exact,
    ),
    pair("drop a table", SHOP, "DROP TABLE orders;", LosesData),
    pair(
        "drop a referenced table",
        SHOP,
        "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey; DROP TABLE customers;",
        LosesData,
    ),
    pair("drop both tables", SHOP, "DROP TABLE orders; DROP TABLE customers;", LosesData),
    pair("drop a table with cascade", SHOP, "DROP TABLE customers CASCADE;", LosesData),
    pair("widen an integer", SHOP, "ALTER TABLE orders ALTER COLUMN customer_id TYPE bigint;", Exact),
    pair("widen a checked integer", USERS, "ALTER TABLE users ALTER COLUMN age TYPE bigint;", Exact),
    pair("narrow a numeric", SHOP, "ALTER TABLE orders ALTER COLUMN total TYPE numeric(10,0);", LosesData),
    pair("varchar to text", USERS, "ALTER TABLE users ALTER COLUMN name TYPE text;", Exact),
    pair(
        "integer to text",
        "CREATE TABLE t (a integer DEFAULT 1);",
        "ALTER TABLE t ALTER COLUMN a DROP DEFAULT, ALTER COLUMN a TYPE text;",
        Exact,
    ),
    pair(
        "text to integer",
        "CREATE TABLE t (a text);",
        "ALTER TABLE t ALTER COLUMN a TYPE integer USING a::integer;",
        LosesData,
    ),
    pair(
        "set and drop defaults",
        USERS,
        "ALTER TABLE users ALTER COLUMN name DROP DEFAULT; ALTER TABLE users ALTER COLUMN age SET DEFAULT 18;",
        Exact,
    ),
    pair("change a default", USERS, "ALTER TABLE users ALTER COLUMN name SET DEFAULT 'y';", Exact),
    pair("set not null", USERS, "ALTER TABLE users ALTER COLUMN name SET NOT NULL;", Exact),
    pair("drop not null", USERS, "ALTER TABLE users ALTER COLUMN email DROP NOT NULL;", Exact),
    pair(
        "add constraints",
        SHOP,
        "ALTER TABLE orders ADD CONSTRAINT c CHECK (total >= 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c; ALTER TABLE orders ADD CONSTRAINT u UNIQUE (note);",
        Exact,
    ),
    pair(
        "validate a constraint",
        "CREATE TABLE t (a integer); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;",
        "ALTER TABLE t VALIDATE CONSTRAINT c;",
        Exact,
    ),
    pair(
        "drop constraints",
        SHOP,
        "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey; ALTER TABLE orders DROP CONSTRAINT orders_pkey;",
        Exact,
    ),
    pair("drop a check", USERS, "ALTER TABLE users DROP CONSTRAINT users_age_check;", Exact),
    pair(
        "replace a check",
        USERS,
        "ALTER TABLE users DROP CONSTRAINT users_age_check; ALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age > 17);",
        Exact,
    ),
    pair(
        "replace the key that others rely on",
        SHOP,
        "ALTER TABLE customers DROP CONSTRAINT customers_pkey CASCADE; ALTER TABLE customers ADD CONSTRAINT customers_pkey PRIMARY KEY (id); ALTER TABLE orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE;",
        Exact,
    ),
    pair(
        "create indexes",
        SHOP,
        "CREATE INDEX i ON orders (lower(note)) WHERE total > 5; CREATE UNIQUE INDEX CONCURRENTLY j ON customers (name DESC);",
        Exact,
    ),
    pair("drop an index", SHOP, "DROP INDEX orders_customer;", Exact),
    pair("drop an index concurrently", SHOP, "DROP INDEX CONCURRENTLY orders_customer;", Exact),
    pair(
        "replace an index",
        SHOP,
        "DROP INDEX orders_customer; CREATE INDEX orders_customer ON orders (customer_id, note);",
        Exact,
    ),
    pair(
        "a constraint from an index",
        "CREATE TABLE t (a integer); CREATE UNIQUE INDEX i ON t (a);",
        "ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i;",
        Exact,
    ),
    pair(
        "grants",
        USERS,
        "GRANT SELECT, UPDATE (email) ON users TO PUBLIC; GRANT USAGE ON SCHEMA public TO app WITH GRANT OPTION; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app;",
        Exact,
    ),
    pair("another owner", USERS, "ALTER TABLE users OWNER TO app; ALTER SCHEMA public OWNER TO app;", Exact),
    pair("create a role", USERS, "CREATE ROLE app; GRANT SELECT ON users TO app;", Exact),
    pair("drop a role", "CREATE ROLE app;", "DROP ROLE app;", Impossible),
    pair("alter a role", "CREATE ROLE app;", "ALTER ROLE app LOGIN;", Impossible),
    pair(
        "rename a schema",
        "CREATE SCHEMA a; CREATE TABLE a.t (id serial PRIMARY KEY, b text);",
        "ALTER SCHEMA a RENAME TO b;",
        Exact,
    ),
    pair("comments", USERS, "COMMENT ON TABLE users IS 'it''s'; COMMENT ON COLUMN users.age IS 'years';", Exact),
    pair(
        "drop what has comments",
        "CREATE TABLE t (a integer, b text); COMMENT ON TABLE t IS 'a'; COMMENT ON COLUMN t.b IS 'a\\b'; CREATE INDEX i ON t (b); COMMENT ON INDEX i IS 'c';",
        "DROP TABLE t;",
        LosesData,
    ),
    pair(
        "create an enum",
        USERS,
        "CREATE TYPE mood AS ENUM ('a', 'b'); ALTER TABLE users ADD COLUMN m mood DEFAULT 'a';",
        Exact,
    ),
    pair("add an enum value in use", MOOD, "ALTER TYPE mood ADD VALUE 'ok' AFTER 'sad';", Impossible),
    pair(
        "add an enum value not in use",
        "CREATE TYPE mood AS ENUM ('sad', 'happy');",
        "ALTER TYPE mood ADD VALUE 'ok' BEFORE 'sad';",
        Exact,
    ),
    pair("enum to text", MOOD, "ALTER TABLE people ALTER COLUMN m TYPE text USING m::text; DROP TYPE mood;", Exact),
    pair(
        "text to enum",
        "CREATE TABLE t (a text);",
        "CREATE TYPE e AS ENUM ('x'); ALTER TABLE t ALTER COLUMN a TYPE e USING a::e;",
        LosesData,
    ),
    pair("drop an enum with its column", MOOD, "ALTER TABLE people DROP COLUMN m; DROP TYPE mood;", LosesData),
    pair(
        "create a domain",
        USERS,
        "CREATE DOMAIN positive AS integer CHECK (VALUE > 0); ALTER TABLE users ADD COLUMN p positive;",
        Exact,
    ),
    pair(
        "drop a domain",
        "CREATE DOMAIN d AS text DEFAULT 'q' CONSTRAINT short CHECK (length(VALUE) < 9); CREATE TABLE t (a d, b integer);",
        "DROP TABLE t; DROP DOMAIN d;",
        LosesData,
    ),
    pair(
        "drop a generated column at the end",
        "CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED);",
        "ALTER TABLE t DROP COLUMN b;",
        Exact,
    ),
    pair(
        "drop a generated column in the middle",
        "CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED, c text);",
        "ALTER TABLE t DROP COLUMN b;",
        LosesData,
    ),
    pair(
        "add a generated column",
        "CREATE TABLE t (a integer);",
        "ALTER TABLE t ADD COLUMN b integer; ALTER TABLE t ADD COLUMN c integer GENERATED ALWAYS AS (b + 1) STORED;",
        Exact,
    ),
    pair(
        "change a column by expand and contract",
        SHOP,
        "ALTER TABLE orders ADD COLUMN total_new numeric(12,2); UPDATE orders SET total_new = total; ALTER TABLE orders DROP COLUMN total; ALTER TABLE orders RENAME COLUMN total_new TO total; ALTER TABLE orders ALTER COLUMN total SET NOT NULL;",
        LosesData,
    ),
    pair(
        "swap a table",
        "CREATE TABLE t (a integer PRIMARY KEY, b text);",
        "ALTER TABLE t RENAME TO t_old; CREATE TABLE t (a bigint PRIMARY KEY, b text); INSERT INTO t SELECT a, b FROM t_old;",
        Exact,
    ),
    pair(
        "replace a table",
        "CREATE TABLE t (a integer, b text);",
        "DROP TABLE t; CREATE TABLE t (a bigint, b text, c text);",
        LosesData,
    ),
    pair(
        "replace a table by an unrelated one",
        "CREATE TABLE t (a integer, b text);",
        "DROP TABLE t; CREATE TABLE t (x bigint);",
        LosesData,
    ),
    pair(
        "swap two columns",
        "CREATE TABLE t (a integer, b integer);",
        "ALTER TABLE t RENAME COLUMN a TO c; ALTER TABLE t RENAME COLUMN b TO a; ALTER TABLE t RENAME COLUMN c TO b;",
        Exact,
    ),
    pair(
        "rename and add under the old name",
        "CREATE TABLE t (a integer);",
        "ALTER TABLE t RENAME COLUMN a TO a_old; ALTER TABLE t ADD COLUMN a bigint;",
        Exact,
    ),
    pair(
        "backfill",
        USERS,
        "ALTER TABLE users ADD COLUMN full_name text; UPDATE users SET full_name = name; ALTER TABLE users ALTER COLUMN full_name SET NOT NULL;",
        Exact,
    ),
    pair("overwrite", USERS, "UPDATE users SET name = 'z';", LosesData),
    pair("delete", USERS, "DELETE FROM users;", LosesData),
    pair(
        "names that need quotes",
        "CREATE TABLE \"My Table\" (\"a\"\"b\" integer, \"select\" text);",
        "ALTER TABLE \"My Table\" RENAME COLUMN \"a\"\"b\" TO \"c'd\"; ALTER TABLE \"My Table\" ADD COLUMN \"$lockstep$\" text; ALTER TABLE \"My Table\" RENAME TO \"Other 'one'\";",
        Exact,
    ),
    pair(
        "another schema",
        "CREATE SCHEMA app; CREATE TABLE app.t (a integer PRIMARY KEY, b text);",
        "ALTER TABLE app.t ADD COLUMN c serial; CREATE INDEX i ON app.t (b); ALTER TABLE app.t RENAME TO u;",
        Exact,
    ),
    pair(
        "set schema",
        "CREATE SCHEMA app; CREATE TABLE t (a serial PRIMARY KEY, b text); CREATE INDEX i ON t (b);",
        "ALTER TABLE t SET SCHEMA app;",
        Exact,
    ),
    pair(
        "a table with options",
        "CREATE UNLOGGED TABLE t (a integer) WITH (fillfactor=70);",
        "DROP TABLE t;",
        LosesData,
    ),
    pair(
        "identity options",
        "CREATE TABLE t (a integer GENERATED BY DEFAULT AS IDENTITY (START WITH 10 INCREMENT BY 5), b text);",
        "DROP TABLE t;",
        LosesData,
    ),
    pair(
        "foreign key options",
        "CREATE TABLE p (a integer, b integer, PRIMARY KEY (a, b)); CREATE TABLE c (a integer, b integer, FOREIGN KEY (a, b) REFERENCES p MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED);",
        "ALTER TABLE c DROP CONSTRAINT c_a_b_fkey;",
        Exact,
    ),
    pair(
        "exclusion",
        "CREATE TABLE t (a integer, r int4range, EXCLUDE USING gist (r WITH &&));",
        "ALTER TABLE t DROP CONSTRAINT t_r_excl;",
        Exact,
    ),
    pair(
        "several at once",
        SHOP,
        "ALTER TABLE orders ADD COLUMN s text DEFAULT 'new', DROP COLUMN note, ALTER COLUMN total TYPE numeric(14,2), ADD CONSTRAINT s_ok CHECK (s <> '');",
        LosesData,
    ),
    pair(
        "self reference",
        "CREATE TABLE t (id integer PRIMARY KEY, parent integer REFERENCES t);",
        "DROP TABLE t;",
        LosesData,
    ),
    pair(
        "rename what a key refers to",
        SHOP,
        "ALTER TABLE customers RENAME COLUMN id TO customer_id; ALTER TABLE customers RENAME TO clients; CREATE TABLE customers (id integer);",
        Exact,
    ),
];
