//! Ways back that somebody wrote, with the verdict that a server's catalog confirms.

use super::{Verdict, check};
use crate::pg::version::PgVersion;
use crate::plan::plan;
use crate::plan::runner::Runner;
use crate::simulate::simulate;
use crate::source::Source;

const USERS: &str = "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE users (id bigint PRIMARY KEY, \
    email text NOT NULL DEFAULT 'x', age integer); CREATE INDEX users_age ON users (age); \
    CREATE VIEW grown AS SELECT id FROM users WHERE age > 17; \
    CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1';";

struct Case {
    up: &'static str,
    down: &'static str,
    verdict: Verdict,
    /// A part of what is said of it.
    says: &'static str,
}

const fn case(up: &'static str, down: &'static str, verdict: Verdict, says: &'static str) -> Case {
    Case { up, down, verdict, says }
}

const CASES: &[Case] = &[
    case("CREATE TABLE t (a int);", "DROP TABLE t;", Verdict::Restores, ""),
    case("ALTER TABLE users ADD b int;", "ALTER TABLE users DROP b;", Verdict::Restores, ""),
    case("ALTER TABLE users DROP age CASCADE;", "", Verdict::Empty, "column users.age is missing"),
    case("", "", Verdict::Restores, ""),
    case(
        "ALTER TABLE users ALTER email DROP DEFAULT;",
        "ALTER TABLE users ALTER email SET DEFAULT 'y';",
        Verdict::AnotherSchema,
        "column users.email has the default 'y'::text; it was 'x'::text",
    ),
    case(
        "ALTER TABLE users ALTER email DROP NOT NULL;",
        "SELECT 1;",
        Verdict::AnotherSchema,
        "column users.email is not NOT NULL any more",
    ),
    case("DROP INDEX users_age;", "SELECT 1;", Verdict::AnotherSchema, "index users_age of users is missing"),
    case("DROP VIEW grown;", "SELECT 1;", Verdict::AnotherSchema, "view grown is missing"),
    case(
        "CREATE TYPE colour AS ENUM ('red'); CREATE TABLE t (c colour);",
        "DROP TABLE t;",
        Verdict::AnotherSchema,
        "type colour is left behind",
    ),
    case(
        "CREATE OR REPLACE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 2';",
        "CREATE OR REPLACE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 3';",
        Verdict::AnotherSchema,
        "function one() has another body",
    ),
    case(
        "ALTER TYPE mood ADD VALUE 'good';",
        "SELECT 1;",
        Verdict::AnotherSchema,
        "type mood has the labels sad, ok, good; it was sad, ok",
    ),
    case(
        "DROP INDEX users_age; ALTER TABLE users DROP age CASCADE;",
        "ALTER TABLE users ADD age int; DROP VIEW grown;",
        Verdict::Fails,
        "42P01",
    ),
    case(
        "DROP VIEW grown; ALTER TABLE users DROP email;",
        "ALTER TABLE users ADD email text NOT NULL; ALTER TABLE users ALTER email SET DEFAULT 'x'; \
         CREATE VIEW grown AS SELECT id FROM users WHERE age > 17;",
        Verdict::FailsOnFilledTable,
        "23502",
    ),
    case(
        "ALTER TABLE users DROP email;",
        "ALTER TABLE users ADD email text NOT NULL DEFAULT 'x';",
        Verdict::ColumnOrder,
        "users",
    ),
    case(
        "ALTER TABLE users RENAME email TO mail;",
        "ALTER TABLE users DROP mail; ALTER TABLE users ADD email text NOT NULL DEFAULT 'x';",
        Verdict::LosesMore,
        "values of users.email",
    ),
    case(
        "ALTER TABLE users RENAME email TO mail;",
        "ALTER TABLE users ADD email text NOT NULL DEFAULT 'x'; UPDATE users SET email = mail; ALTER TABLE users DROP mail;",
        Verdict::ColumnOrder,
        "users",
    ),
    case("INSERT INTO users (id) VALUES (1);", "TRUNCATE users;", Verdict::LosesMore, "step 1 truncates the table"),
    case("INSERT INTO users (id) VALUES (1);", "DELETE FROM users WHERE id = 1;", Verdict::Restores, ""),
    case(
        "ALTER TABLE nothing ADD a int;",
        "ALTER TABLE nothing DROP a;",
        Verdict::Unknown,
        "The migration itself fails",
    ),
    case(
        "ALTER TABLE users ADD b int;",
        "CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION f(internal)); ALTER TABLE users DROP b;",
        Verdict::Unknown,
        "Step 1",
    ),
];

/// All that is said of a way back.
fn said(check: &super::Check) -> String {
    let mut lines: Vec<String> = check.differences.iter().map(|it| it.text.clone()).collect();
    lines.extend(check.reordered.iter().cloned());
    lines.extend(
        check.failure.iter().chain(&check.on_filled_tables).map(|it| format!("{} {}", it.sqlstate, it.message)),
    );
    lines.extend(check.losses.iter().chain(&check.unknown).cloned());
    lines.join("\n")
}

fn checked(file: &str, runner: &str) -> Vec<super::Check> {
    let runner = Runner::find(runner).unwrap();
    let plans = plan(vec![Source::new("schema.sql", USERS)], vec![Source::new("up.sql", file)], runner, None);
    simulate(plans, PgVersion::V18).given_back.iter().map(check).collect()
}

#[test]
fn a_way_back_is_told_right_from_wrong() {
    for runner in ["dbmate", "psql", "node-pg-migrate"] {
        for case in CASES {
            let file = format!("-- migrate:up\n{}\n-- migrate:down\n{}\n", case.up, case.down);
            let checks = checked(&file, runner);
            if case.up.is_empty() {
                assert!(checks.is_empty());
                continue;
            }
            let [check] = &checks[..] else { panic!("{}: {} ways back", case.up, checks.len()) };
            let words = said(check);
            assert_eq!(check.verdict(), case.verdict, "{runner}: {} / {}: {words}", case.up, case.down);
            assert!(words.contains(case.says), "{}: {words}", case.down);
        }
    }
}

#[test]
fn the_corrected_way_back_is_right_by_the_same_check() {
    for case in CASES.iter().filter(|it| it.verdict.is_wrong() && !it.up.contains("ADD VALUE")) {
        let file = format!("-- migrate:up\n{}\n-- migrate:down\n{}\n", case.up, case.down);
        let plans = plan(
            vec![Source::new("schema.sql", USERS)],
            vec![Source::new("up.sql", &file)],
            Runner::find("dbmate").unwrap(),
            None,
        );
        let trace = simulate(plans, PgVersion::V18);
        let (_, way) = super::corrected(&trace, &trace.given_back[0]);
        let back: String = way.actions.iter().map(|it| format!("{};\n", it.sql)).collect();
        let mended = format!("-- migrate:up\n{}\n-- migrate:down\n{back}", case.up);
        let verdict = checked(&mended, "dbmate")[0].verdict();
        assert!(!verdict.is_wrong(), "{}: {verdict:?}\n{back}", case.up);
    }
}

#[test]
fn a_text_of_its_own_is_the_way_back_of_the_file_that_it_names() {
    let sources = ["CREATE TABLE a (x int);", "CREATE TABLE b (x int);"].map(|it| Source::new(&it[13..14], it));
    let mut plans = plan(vec![], sources.to_vec(), Runner::find("golang-migrate").unwrap(), None);
    plans.migration.give_back("b", Source::new("b.down.sql", "DROP TABLE b;"));
    plans.migration.give_back("a", Source::new("a.down.sql", "DROP TABLE b;"));
    plans.migration.give_back("c", Source::new("c.down.sql", "DROP TABLE c;"));
    let trace = simulate(plans, PgVersion::V18);
    let verdicts: Vec<(usize, usize, Verdict)> =
        trace.given_back.iter().map(|it| (it.source, it.last_step, check(it).verdict())).collect();
    assert_eq!(verdicts, [(0, 1, Verdict::Fails), (1, 2, Verdict::Restores)]);
}
