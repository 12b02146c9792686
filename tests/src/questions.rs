//! Cases for validation queries: rows that are as a migration needs them, and rows that are not.

/// One kind of query, put to a server with rows of both kinds.
pub struct Question {
    pub name: &'static str,
    /// The first major that has what it needs.
    pub since: u8,
    pub schema: &'static str,
    pub migration: &'static str,
    /// The application's queries, annotated.
    pub queries: &'static str,
    /// Rows before the migration.
    pub good_rows: &'static str,
    pub bad_rows: &'static str,
    /// What happens once the step `at` is done.
    pub good_end: &'static str,
    pub bad_end: &'static str,
    /// How many steps are done when it is asked; `usize::MAX`: all.
    pub at: usize,
    pub check: &'static str,
    /// What it answers; empty: anything.
    pub good: &'static str,
    pub bad: &'static str,
}

const BLANK: Question = Question {
    name: "",
    since: 14,
    schema: "",
    migration: "",
    queries: "",
    good_rows: "",
    bad_rows: "",
    good_end: "",
    bad_end: "",
    at: 0,
    check: "",
    good: "0",
    bad: "1",
};

const END: usize = usize::MAX;

pub static CASES: &[Question] = &[
    Question {
        name: "rows that refer to no row, nulls being no reference",
        schema: "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (id int PRIMARY KEY, user_id int);",
        migration: "ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users (id);",
        good_rows: "INSERT INTO users VALUES (1); INSERT INTO orders VALUES (1, 1), (2, NULL);",
        bad_rows: "INSERT INTO users VALUES (1); INSERT INTO orders VALUES (1, 1), (2, NULL), (3, 7);",
        check: "orphans_orders_fk",
        ..BLANK
    },
    Question {
        name: "a foreign key of two columns asks nothing of a row with one null",
        schema: "CREATE TABLE p (a int, b text, PRIMARY KEY (a, b)); CREATE TABLE c (x int, y text);",
        migration: "ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (x, y) REFERENCES p (a, b);",
        good_rows: "INSERT INTO p VALUES (1, 'a'); INSERT INTO c VALUES (1, 'a'), (9, NULL), (NULL, 'z');",
        bad_rows: "INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1, 'b'), (2, 'a');",
        check: "orphans_c_fk",
        bad: "2",
        ..BLANK
    },
    Question {
        name: "MATCH FULL refuses a row with one null",
        schema: "CREATE TABLE p (a int, b text, PRIMARY KEY (a, b)); CREATE TABLE c (x int, y text);",
        migration: "ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (x, y) REFERENCES p (a, b) MATCH FULL;",
        good_rows: "INSERT INTO p VALUES (1, 'a'); INSERT INTO c VALUES (1, 'a'), (NULL, NULL);",
        bad_rows: "INSERT INTO p VALUES (1, 'a'); INSERT INTO c VALUES (1, NULL);",
        check: "orphans_c_fk",
        ..BLANK
    },
    Question {
        // NOT IN finds nothing at all here.
        name: "rows that refer to no row, where the column referred to holds a null",
        schema: "CREATE TABLE p (code text UNIQUE); CREATE TABLE c (code text);",
        migration: "ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (code) REFERENCES p (code);",
        good_rows: "INSERT INTO p VALUES ('a'), (NULL); INSERT INTO c VALUES ('a'), (NULL);",
        bad_rows: "INSERT INTO p VALUES ('a'), (NULL); INSERT INTO c VALUES ('a'), ('b'), (NULL);",
        check: "orphans_c_fk",
        ..BLANK
    },
    Question {
        name: "a foreign key that stays NOT VALID is asked for at the end",
        schema: "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (id int PRIMARY KEY, user_id int);",
        migration: "ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;",
        good_rows: "INSERT INTO users VALUES (1); INSERT INTO orders VALUES (1, 1);",
        bad_rows: "INSERT INTO orders VALUES (1, 1), (2, 1);",
        at: END,
        check: "orphans_orders_fk",
        bad: "2",
        ..BLANK
    },
    Question {
        name: "nulls",
        schema: "CREATE TABLE t (id int PRIMARY KEY, \"E mail\" text);",
        migration: "ALTER TABLE t ALTER COLUMN \"E mail\" SET NOT NULL;",
        good_rows: "INSERT INTO t VALUES (1, '');",
        bad_rows: "INSERT INTO t VALUES (1, ''), (2, NULL), (3, NULL);",
        check: "nulls_t__e_mail_",
        bad: "2",
        ..BLANK
    },
    Question {
        name: "duplicates, nulls being distinct",
        schema: "CREATE TABLE t (id int PRIMARY KEY, email text);",
        migration: "ALTER TABLE t ADD CONSTRAINT u UNIQUE (email);",
        good_rows: "INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, NULL);",
        bad_rows: "INSERT INTO t VALUES (1, 'a'), (2, 'a'), (3, 'b'), (4, 'b'), (5, 'b');",
        check: "duplicates_t_email",
        bad: "2",
        ..BLANK
    },
    Question {
        name: "duplicates, nulls not being distinct",
        since: 15,
        schema: "CREATE TABLE t (id int PRIMARY KEY, email text);",
        migration: "ALTER TABLE t ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (email);",
        good_rows: "INSERT INTO t VALUES (1, 'a'), (2, NULL);",
        bad_rows: "INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, NULL);",
        check: "duplicates_t_email",
        ..BLANK
    },
    Question {
        name: "duplicates among the rows of a partial index over an expression",
        schema: "CREATE TABLE t (id int PRIMARY KEY, email text, gone boolean NOT NULL);",
        migration: "CREATE UNIQUE INDEX u ON t (lower(email)) WHERE NOT gone;",
        good_rows: "INSERT INTO t VALUES (1, 'a', false), (2, 'A', true);",
        bad_rows: "INSERT INTO t VALUES (1, 'a', false), (2, 'A', false);",
        check: "duplicates_t_lower_email_",
        ..BLANK
    },
    Question {
        name: "texts that are no integers",
        schema: "CREATE TABLE t (id int PRIMARY KEY, v varchar(80));",
        migration: "ALTER TABLE t ALTER COLUMN v TYPE integer USING v::integer;",
        good_rows: "INSERT INTO t VALUES (1, ' 12 '), (2, '-2147483648'), (3, '+7'), (4, NULL), (5, '007'), (6, E'\\t1\\x0b'),
            (7, '000000000000000000000000000000000001');",
        bad_rows: "INSERT INTO t VALUES (1, ''), (2, '2147483648'), (3, '1.0'), (4, 'guest'), (5, '- 1'), (6, '99999999999999999999999999'),
            (7, '1e3'), (8, ' '), (9, '--1'), (10, '5');",
        check: "casts_t_v",
        bad: "9",
        ..BLANK
    },
    Question {
        name: "texts that are no big or small integers",
        schema: "CREATE TABLE t (id int PRIMARY KEY, v text, w text);",
        migration: "ALTER TABLE t ALTER COLUMN v TYPE bigint USING v::bigint, ALTER COLUMN w TYPE smallint USING w::smallint;",
        good_rows: "INSERT INTO t VALUES (1, '-9223372036854775808', '32767');",
        bad_rows: "INSERT INTO t VALUES (1, '9223372036854775808', '1'), (2, '-9223372036854775809', '2');",
        check: "casts_t_v",
        bad: "2",
        ..BLANK
    },
    Question {
        name: "texts that are no truth values",
        schema: "CREATE TABLE t (id int PRIMARY KEY, v text);",
        migration: "ALTER TABLE t ALTER COLUMN v TYPE boolean USING v::boolean;",
        good_rows: "INSERT INTO t VALUES (1, 'T'), (2, ' yes '), (3, 'of'), (4, '0'), (5, 'On'), (6, 'fals');",
        bad_rows: "INSERT INTO t VALUES (1, 'o'), (2, ''), (3, '2'), (4, 'yess'), (5, '00'), (6, E'\\u00a0t'), (7, 'n');",
        check: "casts_t_v",
        bad: "6",
        ..BLANK
    },
    Question {
        name: "texts that are no UUIDs",
        schema: "CREATE TABLE t (id int PRIMARY KEY, v text);",
        migration: "ALTER TABLE t ALTER COLUMN v TYPE uuid USING v::uuid;",
        good_rows: "INSERT INTO t VALUES (1, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'), (2, '{a0eebc999c0b4ef8bb6d6bb9bd380a11}'),
            (3, 'a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11');",
        bad_rows: "INSERT INTO t VALUES (1, 'a0eebc999c0b4ef8bb6d6bb9bd380a1'), (2, '{a0eebc999c0b4ef8bb6d6bb9bd380a11'),
            (3, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 '), (4, 'a0eebc999c0b4ef8bb6d6bb9bd380a11-');",
        check: "casts_t_v",
        bad: "4",
        ..BLANK
    },
    Question {
        name: "texts that are no dates",
        schema: "CREATE TABLE t (id int PRIMARY KEY, v text);",
        migration: "ALTER TABLE t ALTER COLUMN v TYPE date USING v::date;",
        good_rows: "INSERT INTO t VALUES (1, '2024-02-29'), (2, 'Jan 5 2024'), (3, 'infinity'), (4, NULL);",
        bad_rows: "INSERT INTO t VALUES (1, '2023-02-29'), (2, 'soon'), (3, '2024-01-01');",
        check: "casts_t_v",
        bad: "2",
        ..BLANK
    },
    Question {
        name: "texts that are no amounts",
        schema: "CREATE TABLE t (id int PRIMARY KEY, v text);",
        migration: "ALTER TABLE t ALTER COLUMN v TYPE numeric(6,2) USING v::numeric(6,2);",
        good_rows: "INSERT INTO t VALUES (1, '9999.994'), (2, ' 1e3 '), (3, 'NaN');",
        bad_rows: "INSERT INTO t VALUES (1, '9999.995'), (2, '1,5'), (3, '10000'), (4, '12.345');",
        check: "casts_t_v",
        bad: "3",
        ..BLANK
    },
    Question {
        name: "texts that are no labels of an enum",
        schema: "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id int PRIMARY KEY, v text);",
        migration: "ALTER TABLE t ALTER COLUMN v TYPE mood USING v::mood;",
        good_rows: "INSERT INTO t VALUES (1, 'ok'), (2, NULL);",
        bad_rows: "INSERT INTO t VALUES (1, 'OK'), (2, 'sad');",
        check: "casts_t_v",
        ..BLANK
    },
    Question {
        name: "a conversion of one's own is tried row by row",
        schema: "CREATE TABLE t (lockstep_row int PRIMARY KEY, v text, one text);",
        migration: "ALTER TABLE t ALTER COLUMN v TYPE integer USING btrim(v, '#')::integer + lockstep_row;",
        good_rows: "INSERT INTO t VALUES (1, '#12#');",
        bad_rows: "INSERT INTO t VALUES (1, '#12#'), (2, '#2147483647#'), (3, '##');",
        check: "casts_t_v",
        bad: "2",
        ..BLANK
    },
    Question {
        name: "texts that are too long",
        schema: "CREATE TABLE t (id int PRIMARY KEY, v text);",
        migration: "ALTER TABLE t ALTER COLUMN v TYPE varchar(3);",
        good_rows: "INSERT INTO t VALUES (1, 'abc'), (2, 'ab     ');",
        bad_rows: "INSERT INTO t VALUES (1, 'abc'), (2, 'abcd');",
        check: "lengths_step_1",
        ..BLANK
    },
    Question {
        name: "numbers out of the range of a smaller type",
        schema: "CREATE TABLE t (id int PRIMARY KEY, v bigint);",
        migration: "ALTER TABLE t ALTER COLUMN v TYPE integer;",
        good_rows: "INSERT INTO t VALUES (1, 2147483647), (2, NULL);",
        bad_rows: "INSERT INTO t VALUES (1, 2147483648), (2, -2147483649), (3, 1);",
        check: "ranges_t_v",
        bad: "2",
        ..BLANK
    },
    Question {
        name: "numbers that a precision does not hold",
        schema: "CREATE TABLE t (id int PRIMARY KEY, v numeric);",
        migration: "ALTER TABLE t ALTER COLUMN v TYPE numeric(5,2);",
        good_rows: "INSERT INTO t VALUES (1, 999.99), (2, 'NaN'), (3, NULL);",
        bad_rows: "INSERT INTO t VALUES (1, 999.995), (2, 1000), (3, 'infinity'), (4, -1000), (5, 5);",
        check: "ranges_t_v",
        bad: "4",
        ..BLANK
    },
    Question {
        name: "numbers that round out of the range of an integer",
        schema: "CREATE TABLE t (id int PRIMARY KEY, v numeric);",
        migration: "ALTER TABLE t ALTER COLUMN v TYPE smallint;",
        good_rows: "INSERT INTO t VALUES (1, 32767), (2, -32768);",
        bad_rows: "INSERT INTO t VALUES (1, 32767.5), (2, 'NaN'), (3, -32768.4);",
        check: "ranges_t_v",
        bad: "2",
        ..BLANK
    },
    Question {
        name: "rows that break a check, unknown being no break",
        schema: "CREATE TABLE t (id int PRIMARY KEY, n int);",
        migration: "ALTER TABLE t ADD CONSTRAINT c CHECK (n > 0);",
        good_rows: "INSERT INTO t VALUES (1, 1), (2, NULL);",
        bad_rows: "INSERT INTO t VALUES (1, 0), (2, -1), (3, NULL);",
        check: "check_violations_t_c",
        bad: "2",
        ..BLANK
    },
    Question {
        name: "ranges that overlap",
        schema: "CREATE TABLE t (id int PRIMARY KEY, r int4range);",
        migration: "ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING gist (r WITH &&);",
        good_rows: "INSERT INTO t VALUES (1, '[1,5)'), (2, '[5,9)'), (3, NULL);",
        bad_rows: "INSERT INTO t VALUES (1, '[1,5)'), (2, '[4,9)'), (3, '[4,5)');",
        check: "overlaps_step_1",
        bad: "3",
        ..BLANK
    },
    Question {
        name: "a constraint that is not valid at the end, besides those that should not be",
        schema: "CREATE TABLE t (id int PRIMARY KEY, n int);",
        migration: "ALTER TABLE t ADD CONSTRAINT c CHECK (n > 0) NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT c;
            ALTER TABLE t ADD CONSTRAINT later CHECK (n < 9) NOT VALID;",
        bad_end: "ALTER TABLE t DROP CONSTRAINT c; ALTER TABLE t ADD CONSTRAINT c CHECK (n > 0) NOT VALID;",
        at: END,
        check: "not_valid_constraints",
        ..BLANK
    },
    Question {
        name: "an index that is not valid at the end",
        schema: "CREATE TABLE t (id int PRIMARY KEY, n int);",
        migration: "CREATE INDEX CONCURRENTLY \"Ix\" ON t (n);",
        bad_end: "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '\"Ix\"'::regclass;",
        at: END,
        check: "invalid_indexes_new",
        ..BLANK
    },
    Question {
        name: "an index that is missing at the end",
        schema: "CREATE TABLE t (id int PRIMARY KEY, n int);",
        migration: "CREATE INDEX a ON t (n);\nCREATE INDEX b ON t (n, id);",
        bad_end: "DROP INDEX b;",
        at: END,
        check: "invalid_indexes_new",
        ..BLANK
    },
    Question {
        name: "what a failed build leaves behind",
        schema: "CREATE TABLE t (id int PRIMARY KEY, n int);",
        migration: "CREATE INDEX a ON t (n);",
        bad_end: "CREATE INDEX b_ccnew ON t (n); UPDATE pg_index SET indisready = false WHERE indexrelid = 'b_ccnew'::regclass;",
        at: END,
        check: "invalid_indexes_left",
        ..BLANK
    },
    Question {
        name: "a sequence that was never called, behind rows with numbers of their own",
        schema: "CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, n int);",
        migration: "INSERT INTO t (id, n) VALUES (1, 1);\nSELECT setval('t_id_seq', 1);",
        bad_end: "ALTER SEQUENCE t_id_seq RESTART;",
        at: END,
        check: "sequences_t_id_seq",
        ..BLANK
    },
    Question {
        name: "a sequence that stands one behind",
        schema: "CREATE TABLE t (id bigserial PRIMARY KEY, n int);",
        migration: "INSERT INTO t (n) VALUES (1), (2);",
        bad_end: "SELECT setval('t_id_seq', 1);",
        at: END,
        check: "sequences_t_id_seq",
        ..BLANK
    },
    Question {
        name: "a copy that is not what its source makes it",
        schema: "CREATE TABLE t (id int PRIMARY KEY, email text);",
        migration: "ALTER TABLE t ADD COLUMN email_lower text;\nUPDATE t SET email_lower = lower(email) WHERE email_lower IS NULL;",
        good_rows: "INSERT INTO t VALUES (1, 'A'), (2, NULL);",
        bad_rows: "INSERT INTO t VALUES (1, 'A'), (2, NULL);",
        bad_end: "UPDATE t SET email = 'B' WHERE id = 1; UPDATE t SET email_lower = 'x' WHERE id = 2;",
        at: 2,
        check: "copies_t_email_lower",
        bad: "2",
        ..BLANK
    },
    Question {
        name: "rows that a backfill leaves out",
        schema: "CREATE TABLE t (id int PRIMARY KEY, v text);",
        migration: "ALTER TABLE t ADD COLUMN n integer;\nUPDATE t SET n = CAST(v AS integer) WHERE v ~ '^[0-9]+$';",
        good_rows: "INSERT INTO t VALUES (1, '1'), (2, NULL);",
        bad_rows: "INSERT INTO t VALUES (1, '1'), (2, 'guest');",
        at: 2,
        check: "copies_t_n_missing",
        ..BLANK
    },
    Question {
        name: "rows that are lost, new ones being none of them",
        schema: "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int);",
        migration: "ALTER TABLE t ADD COLUMN m int;",
        good_rows: "INSERT INTO t (n) VALUES (1), (2), (3);",
        bad_rows: "INSERT INTO t (n) VALUES (1), (2), (3);",
        good_end: "INSERT INTO t (n) VALUES (4), (5);",
        bad_end: "DELETE FROM t WHERE id = 2; INSERT INTO t (n) VALUES (4);",
        at: END,
        check: "rows_t_end",
        good: "3 up to 3",
        bad: "2 up to 3",
        ..BLANK
    },
    Question {
        name: "rows of a table that was empty",
        schema: "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int); CREATE TABLE u (id int);",
        migration: "ALTER TABLE t ADD COLUMN m int;\nALTER TABLE u ADD COLUMN m int;",
        good_end: "INSERT INTO t (n) VALUES (4), (5);",
        bad_end: "INSERT INTO u VALUES (1);",
        at: END,
        check: "rows_u_end",
        ..BLANK
    },
    Question {
        name: "amounts that are rounded without an error",
        schema: "CREATE TABLE t (id int PRIMARY KEY, v numeric(10,4));",
        migration: "ALTER TABLE t ALTER COLUMN v TYPE numeric(10,2);",
        good_rows: "INSERT INTO t VALUES (1, 1.5), (2, NULL);",
        bad_rows: "INSERT INTO t VALUES (1, 1.255), (2, 1.5);",
        check: "changed_values_t_v",
        ..BLANK
    },
    Question {
        name: "a query that reads a large table from end to end",
        schema: "CREATE TABLE t (id int PRIMARY KEY, n int, filler text);",
        migration: "CREATE INDEX ix ON t (n);",
        queries: "-- name: ByNumber :many\n-- lockstep: with 7\nSELECT id FROM t WHERE n = $1;\n-- name: Bump :exec\nUPDATE t SET n = \
                  n + 1 WHERE id = $1;\n",
        good_rows: "INSERT INTO t SELECT i, i, repeat('x', 200) FROM generate_series(1, 60000) AS i; ANALYZE t;",
        bad_rows: "INSERT INTO t SELECT i, i, repeat('x', 200) FROM generate_series(1, 60000) AS i; ANALYZE t;",
        bad_end: "DROP INDEX ix;",
        at: END,
        check: "plan_bynumber",
        good: "none",
        bad: "t",
        ..BLANK
    },
    Question {
        name: "a query that takes too long",
        schema: "CREATE TABLE t (id int PRIMARY KEY, n int);",
        migration: "CREATE INDEX ix ON t (n);",
        queries: "-- name: Slow :one\n-- lockstep: critical\nSELECT count(*), pg_sleep(max(n)) FROM t;\n",
        good_rows: "INSERT INTO t VALUES (1, 0);",
        bad_rows: "INSERT INTO t VALUES (1, 1);",
        at: END,
        check: "time_slow",
        good: "within 50 ms",
        bad: "",
        ..BLANK
    },
];
