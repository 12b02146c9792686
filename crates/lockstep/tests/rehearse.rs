//! `lockstep rehearse` on a real server.

#[allow(dead_code, unreachable_pub)]
mod support;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Answer, Workplace};

const SCHEMA: &str = "CREATE TABLE users (id int PRIMARY KEY, name text);";

/// `None`, and a word about it, where this machine has no server; in CI that is a failure.
fn with_a_server(answer: Answer) -> Option<Answer> {
    let missing = answer.status == 3 && answer.stderr.contains("no PostgreSQL server");
    assert!(!missing || std::env::var_os("CI").is_none(), "{}", answer.stderr);
    if missing {
        eprintln!("NOT RUN: {}", answer.stderr);
        return None;
    }
    Some(answer)
}

fn workplace(migration: &str) -> Workplace {
    let place = Workplace::new();
    place.file("schema.sql", SCHEMA).file("up.sql", migration);
    place
}

#[test]
fn prediction_and_measurement_stand_side_by_side() {
    let place = workplace("ALTER TABLE users ADD COLUMN age int;");
    let Some(answer) = with_a_server(place.run(&["rehearse", "--no-rollback", "--schema", "schema.sql", "up.sql"]))
    else {
        return;
    };
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    let locks = answer.stdout.lines().find(|line| line.contains("✓ locks")).unwrap_or("");
    assert_eq!(locks.matches("ACCESS EXCLUSIVE on users").count(), 2, "{}", answer.stdout);
    assert!(answer.stdout.contains("✓ Nothing contradicts the prediction."), "{}", answer.stdout);
    assert!(!answer.stdout.contains('\u{1b}'), "no colours in a pipe");
}

#[test]
fn the_json_has_its_keys() {
    let place = workplace("ALTER TABLE users ALTER id TYPE bigint;");
    let arguments = ["rehearse", "--format", "json", "--output", "out.json", "--schema", "schema.sql", "up.sql"];
    if with_a_server(place.run(&arguments)).is_none() {
        return;
    }
    let it: Value = serde_json::from_str(&place.read("out.json")).unwrap();
    assert_eq!(it["format"], "lockstep-rehearsal/1");
    let step = &it["steps"][0];
    assert_eq!((&step["measured"]["outcome"], &step["predicted"]["outcome"]), (&"done".into(), &"done".into()));
    assert_eq!(step["measured"]["work"][0]["kind"], "rewrite");
    assert_eq!(step["agreement"]["work"]["agreement"], "agrees");
    assert_eq!(it["summary"]["contradicts"], 0);
}

#[test]
fn a_missing_server_is_said_with_what_to_do() {
    let place = workplace("SELECT 1;");
    place.file("empty/x", "");
    let answer = place.run(&["rehearse", "--pg-bin", "empty", "up.sql"]);
    assert_eq!((answer.status, answer.stdout.as_str()), (3, ""));
    assert!(answer.stderr.contains("pg_config --bindir"), "{}", answer.stderr);
}

#[test]
fn a_url_that_leads_nowhere_could_not_run() {
    let answer = workplace("SELECT 1;").run(&["rehearse", "--url", "postgres://nobody@127.0.0.1:1/none", "up.sql"]);
    assert_eq!(answer.status, 3);
    assert!(answer.stderr.starts_with("error: no connection to PostgreSQL"), "{}", answer.stderr);
}

#[test]
fn a_server_that_does_something_else_makes_the_status_one() {
    if with_a_server(workplace("SELECT 1;").run(&["rehearse", "--no-rollback", "up.sql"])).is_none() {
        return;
    }
    let cluster = lockstep_pg::Cluster::find_and_start(None, None).unwrap();
    // The prediction does not know of this table.
    cluster.database("postgres").connect().unwrap().batch_execute(SCHEMA).unwrap();
    let url = format!("host={} user=postgres dbname=postgres", cluster.path().display());
    let place = workplace(SCHEMA);
    let refused = place.run(&["rehearse", "--url", &url, "up.sql"]);
    assert_eq!(refused.status, 3);
    assert!(refused.stderr.contains("--allow-non-empty"), "{}", refused.stderr);
    let answer = place.run(&["rehearse", "--url", &url, "--allow-non-empty", "up.sql"]);
    assert_eq!(answer.status, 1, "{}", answer.stderr);
    assert!(answer.stdout.contains("42P07"), "{}", answer.stdout);
    assert!(answer.stdout.contains("✗ The server contradicts 1 claim."), "{}", answer.stdout);
}

#[test]
fn an_interruption_leaves_no_server() {
    let place = workplace("SELECT pg_sleep(600);");
    if with_a_server(workplace("SELECT 1;").run(&["rehearse", "--no-rollback", "up.sql"])).is_none() {
        return;
    }
    place.file("tmp/x", "");
    let child = Command::new(env!("CARGO_BIN_EXE_lockstep"))
        .arg("rehearse")
        .arg(place.path("up.sql"))
        .env("TMPDIR", place.path("tmp"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let folders = || {
        let entries = std::fs::read_dir(place.path("tmp")).unwrap();
        entries.filter(|it| it.as_ref().is_ok_and(|it| it.file_name() != "x")).count()
    };
    let end = Instant::now() + Duration::from_secs(60);
    while folders() == 0 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_secs(1));
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(folders(), 0);
}
