//! `lockstep validate`: a script, JSON, Markdown, and what a database answers.

#[allow(dead_code)]
mod support;

use serde_json::Value;
use support::Workplace;

const SCHEMA: &str = "CREATE TABLE users (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);\n";
const UP: &str = "ALTER TABLE users ALTER COLUMN name SET NOT NULL;\nCREATE INDEX ix_users_name ON users (name);\n";

fn workplace() -> Workplace {
    let workplace = Workplace::new();
    workplace.file("schema.sql", SCHEMA).file("up.sql", UP);
    workplace
}

#[test]
fn the_script_labels_each_query_and_says_what_it_expects() {
    let answer = workplace().run(&["validate", "--schema", "schema.sql", "up.sql"]);
    assert_eq!((answer.status, answer.stderr.as_str()), (0, ""));
    for part in [
        "-- Before the migration:  psql -X -v at=0 -f FILE",
        "SELECT count(*) FROM users WHERE name IS NULL",
        "-- Expected: 0. Prevents: 23502 not_null_violation.",
        "\\if :lockstep_now",
        "BEGIN TRANSACTION READ ONLY;",
    ] {
        assert!(answer.stdout.contains(part), "{part} is missing:\n{}", answer.stdout);
    }
}

#[test]
fn json_has_the_keys_that_scripts_rely_on() {
    let answer = workplace().run(&["validate", "--format", "json", "--schema", "schema.sql", "up.sql"]);
    let found: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!((&found["format"], &found["steps"]), (&"lockstep-validation/1".into(), &2.into()));
    let check = found["checks"].as_array().and_then(|it| it.iter().find(|it| it["kind"] == "nulls")).expect("a check");
    for key in ["id", "title", "when", "from", "to", "query", "expectation", "expected", "sqlstates"] {
        assert!(check.get(key).is_some(), "{key} is missing: {check}");
    }
}

#[test]
fn what_cannot_be_is_wrong_usage() {
    let workplace = workplace();
    let base = ["validate", "--schema", "schema.sql", "up.sql"];
    for more in [
        vec!["--format", "text"],
        vec!["--url", "postgres:///none", "--format", "sql"],
        vec!["--url", "postgres:///none", "--at", "9"],
        vec!["--at", "1"],
        vec!["--app-new", "up.sql"],
    ] {
        let answer = workplace.run(&[&base[..], &more].concat());
        assert_eq!(answer.status, 2, "{more:?}: {}", answer.stderr);
    }
}

#[test]
fn a_database_that_does_not_answer_is_could_not_run() {
    let url = "host=/nowhere dbname=x connect_timeout=1";
    let answer = workplace().run(&["validate", "--url", url, "--schema", "schema.sql", "up.sql"]);
    assert_eq!(answer.status, 3, "{}", answer.stderr);
}

/// Needs a server; without one nothing is asked, which `tests/validation.rs` says.
#[test]
fn a_database_is_asked_before_and_at_the_end() {
    use lockstep_pg::{Cluster, Error};
    let cluster = match Cluster::find_and_start(None, None) {
        Ok(cluster) => cluster,
        Err(Error::NoServer(text)) => {
            assert!(std::env::var_os("CI").is_none(), "{text}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let mut client = cluster.create_database().and_then(|it| it.connect()).expect("a database");
    client.batch_execute(SCHEMA).expect("the schema");
    client.batch_execute("INSERT INTO users (name) VALUES ('ada'), (NULL)").expect("rows");
    let url = format!("host='{}' port=5432 user=postgres dbname=scratch1", cluster.path().display());
    let workplace = workplace();
    let base = ["validate", "--url", &url, "--schema", "schema.sql", "up.sql"];
    let bad = workplace.run(&base);
    assert_eq!(bad.status, 1, "{}", bad.stdout);
    assert!(bad.stdout.contains("found 1, expected 0; otherwise 23502"), "{}", bad.stdout);
    client.batch_execute("UPDATE users SET name = 'grace' WHERE name IS NULL").expect("an update");
    let good = workplace.run(&[&base[..], &["--format", "json", "--output", "before.json"]].concat());
    assert_eq!(good.status, 0, "{}", good.stderr);
    client.batch_execute(UP).expect("the migration");
    client.batch_execute("INSERT INTO users (name) VALUES ('new')").expect("a row of the application");
    let end = workplace.run(&[&base[..], &["--at", "end", "--before", "before.json"]].concat());
    assert_eq!(end.status, 0, "{}{}", end.stdout, end.stderr);
    assert!(end.stdout.contains("2 up to 2, as expected"), "{}", end.stdout);
    client.batch_execute("DELETE FROM users WHERE id = 1").expect("a loss");
    let lost = workplace.run(&[&base[..], &["--at", "end", "--before", "before.json"]].concat());
    assert_eq!(lost.status, 1, "{}", lost.stdout);
}
