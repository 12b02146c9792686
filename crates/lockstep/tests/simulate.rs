//! `lockstep simulate`: the trace on standard output, in each format.

#[allow(dead_code)]
mod support;

use serde_json::Value;
use support::Workplace;

const SCHEMA: &str = "CREATE TABLE users (id integer NOT NULL, name text);\n";

fn trace(workplace: &Workplace, arguments: &[&str]) -> Value {
    let answer = workplace.run(&[&["simulate", "--format", "json"], arguments].concat());
    serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", answer.stdout, answer.stderr))
}

#[test]
fn json_has_the_keys_that_scripts_rely_on() {
    let workplace = Workplace::new();
    workplace.file("schema.sql", SCHEMA).file("up.sql", "ALTER TABLE users ADD COLUMN email text;\n");
    let trace =
        trace(&workplace, &["--postgres", "15", "--schema", "schema.sql", "--transaction", "per-file", "up.sql"]);
    assert_eq!((&trace["format"], &trace["postgres"]), (&"lockstep-trace/1".into(), &15.into()));
    for key in ["diagnostics", "steps", "transactions", "schema"] {
        assert!(trace.get(key).is_some(), "{key} is missing");
    }
    let step = &trace["steps"][0];
    for key in ["index", "file", "line", "sql", "command", "transaction", "outcome"] {
        assert!(step.get(key).is_some_and(|value| !value.is_null()), "{key} is missing: {step}");
    }
    for key in ["preconditions", "locks", "held", "waits_for", "work", "findings"] {
        assert!(step[key].is_array(), "{key} is no list: {step}");
    }
    let lock = &step["locks"][0];
    assert_eq!((&lock["relation"], &lock["mode"]), (&"users".into(), &"AccessExclusiveLock".into()));
    assert_eq!(trace["schema"]["relations"]["users"]["columns"]["email"]["type"], "text");
}

#[test]
fn per_file_puts_the_statements_into_one_transaction() {
    let workplace = Workplace::new();
    workplace.file("up.sql", "CREATE TABLE a (x integer);\nCREATE TABLE b (x integer);\n");
    let number =
        |scope: &str| trace(&workplace, &["--transaction", scope, "up.sql"])["transactions"].as_array().map(Vec::len);
    assert_eq!((number("per-file"), number("per-statement")), (Some(1), Some(2)));
}

#[test]
fn the_timeline_names_the_lock_and_whom_it_blocks() {
    let workplace = Workplace::new();
    workplace.file("schema.sql", SCHEMA);
    workplace.file("up.sql", "SET lock_timeout = '2s';\nALTER TABLE users ADD COLUMN email text;\n");
    let answer = workplace.run(&["simulate", "--schema", "schema.sql", "up.sql"]);
    assert_eq!((answer.status, answer.stderr.as_str()), (0, ""));
    for part in ["✓ done", "up.sql:2", "ACCESS EXCLUSIVE", "blocks reads and writes", "+ column email text", "Summary"]
    {
        assert!(answer.stdout.contains(part), "{part} is missing:\n{}", answer.stdout);
    }
}

#[test]
fn a_predicted_failure_is_exit_status_1() {
    let workplace = Workplace::new();
    workplace.file("schema.sql", SCHEMA).file("up.sql", "ALTER TABLE users ADD COLUMN name text;\n");
    let answer = workplace.run(&["simulate", "--schema", "schema.sql", "up.sql"]);
    assert_eq!(answer.status, 1, "{}", answer.stdout);
    assert!(answer.stdout.contains("42701 duplicate_column"), "{}", answer.stdout);
}

#[test]
fn markdown_has_a_table_and_the_statement() {
    let workplace = Workplace::new();
    workplace.file("up.sql", "CREATE TABLE a (x integer);\n");
    let answer = workplace.run(&["simulate", "--format", "markdown", "up.sql"]);
    assert!(answer.stdout.contains("| 1 | CREATE TABLE | 1 | ✓ done |"), "{}", answer.stdout);
    assert!(answer.stdout.contains("```sql\nCREATE TABLE a (x integer);\n```"), "{}", answer.stdout);
}

#[test]
fn colours_only_where_they_are_asked_for() {
    let workplace = Workplace::new();
    workplace.file("up.sql", "CREATE TABLE a (x integer);\n");
    assert!(!workplace.run(&["simulate", "up.sql"]).stdout.contains('\u{1b}'));
    assert!(workplace.run(&["simulate", "--color", "always", "up.sql"]).stdout.contains("\u{1b}["));
    let set = workplace.run_with(&["simulate", "up.sql"], "", &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]);
    assert!(!set.stdout.contains('\u{1b}'));
}

#[test]
fn a_statement_cannot_send_escape_sequences_to_the_terminal() {
    let workplace = Workplace::new();
    workplace.file("up.sql", "COMMENT ON TABLE \u{1b}]0;owned\u{7} IS 'x';\nSELECT '\u{1b}[2J\u{202e}';\n");
    for command in ["simulate", "check"] {
        let answer = workplace.run(&[command, "up.sql"]);
        let hostile = |it: char| (it.is_control() && it != '\n') || it == '\u{202e}';
        assert!(!answer.stdout.contains(hostile) && !answer.stderr.contains(hostile), "{command}: {:?}", answer.stdout);
    }
}

#[test]
fn output_goes_to_the_file_that_is_named() {
    let workplace = Workplace::new();
    workplace.file("up.sql", "CREATE TABLE a (x integer);\n");
    let answer = workplace.run(&["simulate", "--format", "json", "--output", "trace.json", "up.sql"]);
    assert_eq!((answer.status, answer.stdout.as_str()), (0, ""));
    assert!(serde_json::from_str::<Value>(&workplace.read("trace.json")).is_ok());
    let answer = workplace.run(&["simulate", "--output", "no/such/folder/x", "up.sql"]);
    assert_eq!(answer.status, 3);
    assert!(answer.stderr.starts_with("error: cannot write no/such/folder/x"), "{}", answer.stderr);
}
