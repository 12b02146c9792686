//! `lockstep check`: problems only, and the exit status that continuous integration goes by.

#[allow(dead_code)]
mod support;

use expect_test::expect;
use support::Workplace;

/// Fails on the second line: the column is there already.
fn failing() -> Workplace {
    let workplace = Workplace::new();
    workplace.file("schema.sql", "CREATE TABLE users (id integer);\n");
    workplace.file("up.sql", "ALTER TABLE users ADD COLUMN a text;\nALTER TABLE users ADD COLUMN a text;\n");
    workplace
}

fn opaque() -> Workplace {
    let workplace = Workplace::new();
    workplace.file("up.sql", "CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple);\n");
    workplace
}

#[test]
fn a_failing_step_is_shown_where_it_stands() {
    let answer = failing().run(&["check", "--schema", "schema.sql", "up.sql"]);
    assert_eq!(answer.status, 1);
    assert!(answer.stderr.is_empty());
    let failure = answer.stdout.split("\n\n").find(|part| part.starts_with("error[already_exists]")).unwrap_or("");
    expect![[r#"
        error[already_exists]: this step fails with 42701 duplicate_column
         --> up.sql:2:1
          |
        2 | ALTER TABLE users ADD COLUMN a text;
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ column "a" of relation "users" already exists
          |
          = note: Either this migration ran before, in part or as a whole, or somebody made it by hand:
                  compare before it is made to pass.
          = help: `lockstep explain already_exists` tells more"#]]
    .assert_eq(failure);
}

#[test]
fn what_is_unknown_is_a_note() {
    let workplace = opaque();
    let answer = workplace.run(&["check", "up.sql"]);
    assert_eq!(answer.status, 0);
    assert!(answer.stdout.contains("note[unknown]"), "{}", answer.stdout);
    assert_eq!(workplace.run(&["check", "--fail-on", "note", "up.sql"]).status, 1);
}

#[test]
fn nothing_found_says_so() {
    let workplace = Workplace::new();
    workplace.file("up.sql", "CREATE SCHEMA shop;\n");
    let answer = workplace.run(&["check", "--fail-on", "note", "up.sql"]);
    assert_eq!((answer.status, answer.stdout.as_str()), (0, "No findings in 1 step on PostgreSQL 18, run by psql\n"));
}

#[test]
fn json_tells_the_place_and_the_sqlstate() {
    let answer = failing().run(&["check", "--format", "json", "--schema", "schema.sql", "up.sql"]);
    let value: serde_json::Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!(value["format"], "lockstep-check/1");
    assert_eq!(value["summary"]["error"], 1, "{value}");
    let findings = value["findings"].as_array().expect("a list");
    let failure = findings.iter().find(|it| it["id"] == "already_exists").expect("the failure");
    assert_eq!((&failure["line"], &failure["step"], &failure["sqlstate"]), (&2.into(), &2.into(), &"42701".into()));
}

#[test]
fn github_gets_one_annotation_a_line() {
    let answer = failing().run(&["check", "--format", "github", "--schema", "schema.sql", "up.sql"]);
    assert_eq!(answer.status, 1);
    assert!(answer.stdout.lines().all(|line| line.starts_with("::")), "{}", answer.stdout);
    let expected = "::error file=up.sql,line=2,endLine=2,title=this step fails with 42701 duplicate_column (already_exists)::\
                    column \"a\" of relation \"users\" already exists%0A";
    assert!(answer.stdout.lines().any(|line| line.starts_with(expected)), "{}", answer.stdout);
}

#[test]
fn markdown_is_a_list() {
    let answer = failing().run(&["check", "--format", "markdown", "--schema", "schema.sql", "up.sql"]);
    assert!(answer.stdout.contains("- **error** `already_exists`: "), "{}", answer.stdout);
}

#[test]
fn a_syntax_error_is_one_problem() {
    let workplace = Workplace::new();
    workplace.file("up.sql", "ALTER TABLE users ADD COLUMN;\n");
    let answer = workplace.run(&["check", "up.sql"]);
    assert!(answer.status == 1 && answer.stdout.matches("error").count() == 3, "{}", answer.stdout);
}

#[test]
fn a_statement_beyond_what_is_read_is_no_error_of_the_migration() {
    let workplace = Workplace::new();
    let values: Vec<String> = (0..2000).map(|number| format!("a = {number}")).collect();
    workplace
        .file("up.sql", format!("CREATE TABLE t (a integer);\nALTER TABLE t ADD CHECK ({});\n", values.join(" OR ")));
    let answer = workplace.run(&["check", "up.sql"]);
    assert!(answer.status == 0 && answer.stdout.starts_with("warning: too complex"), "{}", answer.stdout);
}

/// One finding that the file accepts, one that it does not.
fn accepting() -> Workplace {
    let workplace = Workplace::new();
    workplace.file("schema.sql", "CREATE TABLE users (id bigint PRIMARY KEY, email text);\n");
    let ignore = "-- lockstep: ignore blocking_index_build only a <nightly> job writes to it\n";
    workplace.file("up.sql", format!("{ignore}CREATE INDEX users_email_idx ON users (email);\n"));
    workplace
}

#[test]
fn what_a_comment_accepts_is_told_with_its_reason_but_fails_nothing() {
    let workplace = accepting();
    let answer = workplace.run(&["check", "--schema", "schema.sql", "up.sql"]);
    assert_eq!(answer.status, 0, "{}", answer.stdout);
    let end = answer.stdout.split("\n\n").skip(1).collect::<Vec<_>>().join("\n\n");
    expect![[r#"
        1 warning, 1 ignored in 1 step on PostgreSQL 18, run by psql

        Ignored, for the reason that the file gives:
          up.sql:1 blocking_index_build: only a <nightly> job writes to it
    "#]]
    .assert_eq(&end);
    let answer = workplace.run(&["check", "--format", "markdown", "--schema", "schema.sql", "up.sql"]);
    let line = r"- `blocking_index_build` (`up.sql:1`): only a \<nightly\> job writes to it";
    assert!(answer.stdout.lines().any(|it| it == line), "{}", answer.stdout);
    let answer = workplace.run(&["check", "--format", "json", "--schema", "schema.sql", "up.sql"]);
    let value: serde_json::Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!(value["summary"]["ignored"], 1);
    assert_eq!(value["ignored"][0]["reason"], "only a <nightly> job writes to it");
    assert_eq!((&value["ignored"][0]["line"], &value["ignored"][0]["comment_line"]), (&2.into(), &1.into()));
    let answer = workplace.run(&["simulate", "--schema", "schema.sql", "up.sql"]);
    assert!(answer.stdout.contains("ignored[blocking_index_build]: only a <nightly> job"), "{}", answer.stdout);
    assert!(answer.stdout.contains("1 warning; 1 ignored"), "{}", answer.stdout);
}
