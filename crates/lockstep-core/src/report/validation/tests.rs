use crate::report;
use crate::report::validation::markdown::markdown;
use crate::report::validation::script::script;
use crate::report::validation::verdict;
use crate::report::validation::wire::{Check, Expectation, Validation};
use crate::report::wire::{File, Request};

fn of(schema: &str, migration: &str) -> Validation {
    with(schema, migration, Request::default())
}

fn with(schema: &str, migration: &str, request: Request) -> Validation {
    let file = |name: &str, text: &str| vec![File { name: name.into(), text: text.into() }];
    report::validation(&Request { files: file("up.sql", migration), schema: file("schema.sql", schema), ..request })
}

fn find<'a>(validation: &'a Validation, id: &str) -> &'a Check {
    let ids: Vec<&str> = validation.checks.iter().map(|it| it.id.as_str()).collect();
    validation.checks.iter().find(|it| it.id == id).unwrap_or_else(|| panic!("{id} is not among {ids:?}"))
}

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, email text);";

#[test]
fn a_question_waits_for_the_step_that_writes_the_rows_it_is_about() {
    let found = of(
        USERS,
        "ALTER TABLE users ADD COLUMN name text;\nUPDATE users SET name = email;\nALTER TABLE users ALTER COLUMN name SET \
         NOT NULL;",
    );
    let check = find(&found, "nulls_users_name");
    assert_eq!((check.from, check.to, check.step), (2, 2, Some(3)));
    assert_eq!(check.sqlstates, ["23502"]);
    assert!(!check.inside_transaction);
}

#[test]
fn inside_one_transaction_nobody_else_can_ask() {
    let request = Request { transaction: Some("per-file".into()), ..Request::default() };
    let found = with(
        USERS,
        "ALTER TABLE users ADD COLUMN name text;\nUPDATE users SET name = email;\nALTER TABLE users ALTER COLUMN name SET \
         NOT NULL;",
        request,
    );
    assert!(find(&found, "nulls_users_name").inside_transaction);
    assert!(!find(&found, "rows_users").inside_transaction);
}

#[test]
fn the_traces_own_question_and_the_constraints_are_one() {
    let found = of(USERS, "ALTER TABLE users ALTER COLUMN email SET NOT NULL;");
    let nulls = found.checks.iter().filter(|it| it.kind == "nulls").count();
    assert_eq!(nulls, 1);
}

#[test]
fn what_only_a_write_could_tell_is_never_run() {
    let found = of(
        "CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (9);",
        "UPDATE p SET id = id + 1;",
    );
    let read: Vec<&Check> = found.checks.iter().filter(|it| it.expectation == Expectation::Read).collect();
    assert!(!read.is_empty());
    for check in read {
        assert!(verdict::not_now(check, 0, None).is_some());
        assert!(!script(&found).lines().any(|line| line.starts_with("UPDATE")));
    }
}

#[test]
fn no_query_uses_not_in() {
    let found = of(
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE posts (id int, user_id int);",
        "ALTER TABLE posts ADD FOREIGN KEY (user_id) REFERENCES users (id);",
    );
    assert!(find(&found, "orphans_posts_posts_user_id_fkey").query.contains("NOT EXISTS"));
    assert!(found.checks.iter().all(|it| !it.query.contains("NOT IN")));
}

#[test]
fn small_tables_are_asked_as_a_whole_and_large_ones_in_part_as_well() {
    let size = |rows: &str| {
        let schema = format!("-- lockstep: table users rows={rows}\n{USERS}");
        let found = of(&schema, "ALTER TABLE users ALTER COLUMN email SET NOT NULL;");
        find(&found, "nulls_users_email").sample.clone()
    };
    assert_eq!(size("5k"), None);
    let sample = size("40M").expect("a sample");
    assert_eq!(sample.query, "SELECT count(*) FROM users TABLESAMPLE SYSTEM (0.25) WHERE email IS NULL");
}

#[test]
fn before_16_casts_are_asked_without_the_function_that_came_then() {
    let query = |postgres: u8| {
        let request = Request { postgres, ..Request::default() };
        let found = with(USERS, "ALTER TABLE users ALTER COLUMN email TYPE int USING email::int;", request);
        find(&found, "casts_users_email").query.clone()
    };
    assert!(query(16).contains("pg_input_is_valid") && !query(15).contains("pg_input_is_valid"));
}

#[test]
fn questions_that_differ_in_what_they_prepare_are_several() {
    let found = of(
        "CREATE TABLE t (a text, b text);",
        "ALTER TABLE t ALTER a TYPE int USING btrim(a)::int, ALTER b TYPE int USING btrim(b)::int;",
    );
    assert_eq!(found.checks.iter().filter(|it| it.kind == "casts").count(), 2);
    let queries = "-- name: A :one\nSELECT 1 FROM users;\n-- name: B :one\nSELECT 2 FROM users;\n";
    let app_new = Some(File { name: "queries.sql".into(), text: queries.into() });
    let found = with(USERS, "SELECT 1;", Request { app_new, ..Request::default() });
    let ids: Vec<&str> = found.checks.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["plan_a", "time_a", "plan_b", "time_b"]);
}

#[test]
fn names_stay_inside_their_comments_and_tables() {
    let found = of(
        "CREATE TABLE \"a\n\\! echo | *x*\" (id int PRIMARY KEY, v text);",
        "ALTER TABLE \"a\n\\! echo | *x*\" ALTER COLUMN v SET NOT NULL;",
    );
    assert!(!script(&found).lines().any(|line| line.starts_with("\\!") && !line.contains('"')));
    assert!(
        markdown(&found).lines().filter(|line| line.starts_with("| ")).all(|line| line.matches(" | ").count() == 4)
    );
}

#[test]
fn an_answer_is_compared_with_what_was_kept() {
    let check = Check { expectation: Expectation::Same, baseline: Some("rows_t".into()), ..Check::default() };
    let found = Ok(Some("3".to_owned()));
    assert_eq!(verdict::answer(&check, &found, Some("3"), false).status, "passed");
    assert_eq!(verdict::answer(&check, &found, Some("4"), false).status, "failed");
    assert!(verdict::not_now(&check, 0, None).is_some());
    assert_eq!(verdict::answer(&check, &Err(("42P01".into(), "no".into())), Some("4"), false).status, "error");
}
