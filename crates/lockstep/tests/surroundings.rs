//! Help, completions, manual pages, hazard pages, and readers that go away.

#[allow(dead_code)]
mod support;

use std::io::Read;
use std::process::{Command, Stdio};

use support::Workplace;

#[test]
fn every_command_has_examples_in_its_help() {
    let workplace = Workplace::new();
    let help = workplace.run(&["--help"]).stdout;
    for command in [
        "simulate",
        "check",
        "plan",
        "rollback",
        "rehearse",
        "failure",
        "validate",
        "handoff",
        "checklist",
        "advise",
        "package",
        "explain",
        "completions",
    ] {
        assert!(help.contains(&format!("  {command} ")), "{command} is missing: {help}");
        let answer = workplace.run(&[command, "--help"]);
        assert!(answer.status == 0 && answer.stdout.contains("Examples:\n"), "{command}: {}", answer.stdout);
        let long: Vec<&str> = answer.stdout.lines().filter(|line| line.chars().count() > 100).collect();
        assert!(long.is_empty(), "{command}: {long:#?}");
    }
    for later in ["snapshot", "serve"] {
        assert!(!help.contains(&format!("  {later} ")), "{later} is promised: {help}");
    }
}

#[test]
fn completions_exist_for_each_shell() {
    let workplace = Workplace::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let answer = workplace.run(&["completions", shell]);
        assert!(answer.status == 0 && answer.stdout.contains("fail-on"), "{shell}");
    }
}

#[test]
fn manual_pages_are_written() {
    let workplace = Workplace::new();
    assert_eq!(workplace.run(&["man", "pages"]).status, 0);
    assert!(workplace.read("pages/lockstep-simulate.1").contains(".SH SYNOPSIS"));
}

#[test]
fn explain_lists_and_shows_hazards() {
    let workplace = Workplace::new();
    let list = workplace.run(&["explain", "--list"]).stdout;
    let id = list.split_whitespace().next().expect("a hazard");
    let page = workplace.run(&["explain", id]);
    assert_eq!(page.status, 0);
    let title = page.stdout.lines().next().unwrap_or("");
    assert!(title.len() > 5 && list.lines().next().is_some_and(|line| line.ends_with(title)), "{list}{title}");
}

#[test]
fn explain_guesses_what_was_meant() {
    let workplace = Workplace::new();
    let list = workplace.run(&["explain", "--list"]).stdout;
    let id = list.split_whitespace().next().expect("a hazard");
    let answer = workplace.run(&["explain", &format!("{id}x")]);
    assert_eq!(answer.status, 2);
    assert!(answer.stderr.contains(&format!("is it {id}?")), "{}", answer.stderr);
    assert_eq!(workplace.run(&["explain", "zzz"]).status, 2);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let workplace = Workplace::new();
    let statements: String = (0..1000).map(|number| format!("CREATE SCHEMA s{number};\n")).collect();
    workplace.file("up.sql", statements);
    let path = workplace.path("up.sql");
    let binary = Command::new(env!("CARGO_BIN_EXE_lockstep"));
    let mut child = { binary }
        .args(["simulate".as_ref(), path.as_os_str()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut first = [0; 10];
    child.stdout.take().expect("a pipe").read_exact(&mut first).expect("some output");
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}
