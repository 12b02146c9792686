//! What the command line takes as input, and what it says when it cannot.

#[allow(dead_code)]
mod support;

use support::{Answer, Workplace};

/// The files of the steps, in order.
fn order(workplace: &Workplace, arguments: &[&str]) -> Vec<String> {
    let answer = workplace.run(&[&["simulate", "--format", "json"], arguments].concat());
    let trace: serde_json::Value = serde_json::from_str(&answer.stdout).expect("a trace");
    let steps = trace["steps"].as_array().expect("steps");
    steps.iter().map(|step| step["file"].as_str().unwrap_or("").to_owned()).collect()
}

fn fails(answer: &Answer, status: i32, part: &str) {
    assert_eq!(answer.status, status, "{}", answer.stderr);
    assert_eq!(answer.stdout, "");
    assert!(answer.stderr.contains(part), "{part} is missing: {}", answer.stderr);
}

#[test]
fn a_folder_is_read_in_the_order_of_its_numbers() {
    let workplace = Workplace::new();
    for name in ["10_c.sql", "9_b.sql", "9_b.down.sql", "deep/11_d.sql", ".hidden/1.sql", "notes.txt"] {
        workplace.file(&format!("m/{name}"), "CREATE SCHEMA s;\n");
    }
    assert_eq!(order(&workplace, &["m"]), ["m/9_b.sql", "m/10_c.sql", "m/deep/11_d.sql"]);
    let answer = workplace.run(&["simulate", "m"]);
    assert!(answer.stderr.contains("checked, but not run: m/9_b.down.sql"), "{}", answer.stderr);
}

#[test]
fn a_down_file_that_is_named_is_read() {
    let workplace = Workplace::new();
    workplace.file("9_b.down.sql", "CREATE SCHEMA s;\n");
    assert_eq!(order(&workplace, &["9_b.down.sql"]), ["9_b.down.sql"]);
}

#[test]
fn down_sections_are_left_out_and_lines_stay() {
    let workplace = Workplace::new();
    let text = "-- migrate:down\nDROP SCHEMA s;\n\n-- migrate:up\nCREATE SCHEMA s;\n";
    workplace.file("1.sql", text);
    let answer = workplace.run(&["simulate", "1.sql"]);
    assert!(answer.stdout.contains("1.sql:5") && !answer.stdout.contains("DROP"), "{}", answer.stdout);
    assert!(answer.stderr.contains("the down section of 1.sql"), "{}", answer.stderr);
}

#[test]
fn standard_input_is_a_file_like_others() {
    let workplace = Workplace::new();
    workplace.file("up.sql", "CREATE TABLE s.t ();\n");
    let answer = workplace.run_with(&["simulate", "--schema", "-", "up.sql"], "CREATE SCHEMA s;", &[]);
    assert_eq!(answer.status, 0, "{}{}", answer.stdout, answer.stderr);
    let answer = workplace.run_with(&["simulate", "-"], "CREATE SCHEMA s;", &[]);
    assert!(answer.stdout.contains("<stdin>:1"), "{}", answer.stdout);
    fails(&workplace.run(&["simulate", "--schema", "-", "-"]), 2, "standard input (-) can be read only once");
}

#[test]
fn what_cannot_be_read_is_exit_status_3() {
    let workplace = Workplace::new();
    workplace.file("latin1.sql", b"SELECT 1;\nSELECT '\xe9';\n").file("utf16.sql", b"\xff\xfeS\0");
    workplace.file("dump.sql", b"PGDMP\0\x01").file("empty/readme.md", "").file("env.py", "op.add_column()");
    fails(&workplace.run(&["simulate", "none.sql"]), 3, "cannot read none.sql: No such file");
    fails(&workplace.run(&["simulate", "latin1.sql"]), 3, "latin1.sql is not UTF-8 (first at line 2, byte 18)");
    fails(&workplace.run(&["simulate", "utf16.sql"]), 3, "utf16.sql is UTF-16");
    fails(&workplace.run(&["simulate", "dump.sql"]), 3, "zero byte");
    fails(&workplace.run(&["simulate", "empty"]), 3, "no .sql file below empty");
    fails(&workplace.run(&["simulate", "env.py"]), 3, "alembic upgrade START:END --sql");
}

#[test]
fn a_file_beyond_64_mib_is_refused() {
    let workplace = Workplace::new();
    workplace.file("big.sql", vec![b' '; (64 << 20) + 1]);
    fails(&workplace.run(&["check", "big.sql"]), 3, "big.sql is larger than 64 MiB");
}

#[test]
fn wrong_usage_is_exit_status_2() {
    let workplace = Workplace::new();
    workplace.file("up.sql", "SELECT 1;\n");
    fails(&workplace.run(&["simulate"]), 2, "<FILE|FOLDER|->");
    fails(&workplace.run(&["simulate", "--postgres", "13", "up.sql"]), 2, "13 is not in 14..=18");
    fails(&workplace.run(&["simulate", "--runner", "fliway", "up.sql"]), 2, "flyway");
    fails(&workplace.run(&["simulate", "--from", "alembic", "up.sql"]), 2, "--sql");
    fails(&workplace.run(&["simulate", "--from", "flyway", "up.sql"]), 2, "--runner flyway");
    fails(&workplace.run(&["simulat", "up.sql"]), 2, "simulate");
    fails(&workplace.run(&["rollback", "--step", "9", "up.sql"]), 2, "there is no step 9: the migration has 1 step");
}
