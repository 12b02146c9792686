//! `lockstep.toml`: what a team settles once, and what the command line says before it.

#[allow(dead_code)]
mod support;

use support::Workplace;

/// A team's file above its migrations.
fn team(settled: &str) -> Workplace {
    let workplace = Workplace::new();
    workplace.file("db/lockstep.toml", settled);
    workplace.file("db/schema.sql", "CREATE TABLE users (id bigint PRIMARY KEY, email text);\n");
    workplace.file("db/migrations/1.sql", "CREATE INDEX users_email_idx ON users (email);\n");
    workplace
}

fn check(workplace: &Workplace, more: &[&str]) -> serde_json::Value {
    let answer = workplace.run(&[&["check", "--format", "json", "db/migrations"], more].concat());
    serde_json::from_str(&answer.stdout).unwrap_or_else(|_| panic!("{}{}", answer.stdout, answer.stderr))
}

fn levels(found: &serde_json::Value) -> Vec<(String, String)> {
    let findings = found["findings"].as_array().expect("a list").iter();
    findings.map(|it| (it["id"].as_str().unwrap().into(), it["severity"].as_str().unwrap().into())).collect()
}

#[test]
fn a_file_above_the_migrations_settles_what_the_command_line_does_not_say() {
    let workplace = team(
        "postgres = 15\nrunner = \"flyway\"\nschema = [\"schema.sql\"]\nfail-on = \"warning\"\n\
         [hazards]\nmissing_lock_timeout = \"off\"\nblocking_index_build = \"warning\"\n",
    );
    let found = check(&workplace, &[]);
    assert_eq!((&found["postgres"], &found["runner"]), (&15.into(), &"flyway".into()));
    assert_eq!(levels(&found), [("blocking_index_build".to_owned(), "warning".to_owned())]);
    assert_eq!(workplace.run(&["check", "db/migrations"]).status, 1, "fail-on");
    assert_eq!(workplace.run(&["check", "--fail-on", "error", "db/migrations"]).status, 0);
    let found = check(&workplace, &["--postgres", "17", "--runner", "psql"]);
    assert_eq!((&found["postgres"], &found["runner"]), (&17.into(), &"psql".into()));
    let found = check(&workplace, &["--no-config", "--schema", "db/schema.sql"]);
    assert_eq!(found["postgres"], 18);
    assert_eq!(levels(&found).len(), 2, "{found}");
}

#[test]
fn another_file_can_be_named() {
    let workplace = team("postgres = 15\n");
    workplace
        .file("strict.toml", "postgres = 16\nschema = \"db/schema.sql\"\n[naming]\nindex = \"ix_{table}_{columns}\"\n");
    let found = check(&workplace, &["--config", "strict.toml"]);
    assert_eq!(found["postgres"], 16);
    let finding = found["findings"].as_array().unwrap().iter().find(|it| it["id"] == "name_breaks_convention").unwrap();
    assert_eq!(finding["message"], "By the convention for names, index users_email_idx would be ix_users_email.");
    let answer = workplace.run(&["check", "--config", "none.toml", "db/migrations"]);
    assert_eq!(answer.status, 3, "{}", answer.stderr);
    assert!(answer.stderr.contains("cannot read none.toml"), "{}", answer.stderr);
}

#[test]
fn what_is_wrong_in_it_is_wrong_usage() {
    let workplace = team("postgres = 15\n[hazards]\nblocking_index_biuld = \"off\"\n");
    for command in ["check", "simulate", "rollback"] {
        let answer = workplace.run(&[command, "db/migrations"]);
        assert_eq!((answer.status, answer.stdout.as_str()), (2, ""));
        let expected =
            "error: db/lockstep.toml:3: there is no hazard `blocking_index_biuld`. Is `blocking_index_build` meant?";
        assert_eq!(answer.stderr.trim_end(), expected);
    }
}

#[test]
fn a_file_that_nobody_can_have_written_is_not_read() {
    let workplace = team(&"# A comment.\n".repeat(100_000));
    let answer = workplace.run(&["check", "db/migrations"]);
    assert_eq!((answer.status, answer.stdout.as_str()), (3, ""), "{}", answer.stderr);
    assert!(answer.stderr.contains("db/lockstep.toml: it is larger than 1 MiB"), "{}", answer.stderr);
}

#[test]
fn conventions_hold_for_the_whole_trace() {
    let workplace = team("schema = [\"schema.sql\"]\n[naming]\nindex = \"ix_{table}_{columns}\"\n");
    let answer = workplace.run(&["simulate", "db/migrations/1.sql"]);
    assert!(answer.stdout.contains("warning[name_breaks_convention]"), "{}", answer.stdout);
}
