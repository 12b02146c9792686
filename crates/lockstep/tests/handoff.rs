//! `lockstep handoff`, `checklist` and `advise`: notes as they are read, and code that parsers take.

#[allow(dead_code)]
mod support;

use std::path::Path;

use expect_test::expect_file;
use serde_json::Value;
use support::Workplace;

/// What a command prints for an example of the gallery or a file beside this one.
fn printed(command: &str, file: &str, more: &[&str]) -> String {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = if file.contains('/') { package.join("tests") } else { package.join("../../examples") };
    let text = std::fs::read_to_string(folder.join(file)).expect("an example");
    let workplace = Workplace::new();
    workplace.file("up.sql", text);
    let answer = workplace.run(&[&[command, "up.sql"], more].concat());
    assert_eq!((answer.status, answer.stderr.as_str()), (0, ""));
    answer.stdout
}

#[test]
fn notes_read_as_they_should() {
    expect_file!["expected/rename_column_safe.handoff.md"].assert_eq(&printed(
        "handoff",
        "rename_column_safe.sql",
        &[],
    ));
    expect_file!["expected/add_table.handoff.md"].assert_eq(&printed("handoff", "add_table.sql", &[]));
    expect_file!["expected/cast_column.handoff.md"].assert_eq(&printed("handoff", "cast_column_in_place.sql", &[]));
    expect_file!["expected/add_unique.validation.md"].assert_eq(&printed(
        "validate",
        "add_unique_constraint.sql",
        &["--format", "markdown"],
    ));
    expect_file!["expected/add_foreign_key.validation.sql"].assert_eq(&printed("validate", "add_foreign_key.sql", &[]));
    expect_file!["expected/add_table.checklist.md"].assert_eq(&printed("checklist", "add_table.sql", &[]));
    expect_file!["expected/add_table.advice.md"].assert_eq(&printed("advise", "add_table.sql", &[]));
}

/// SQLAlchemy, Pydantic, Django, Prisma and TypeScript take these texts: they were given to the tools when they were
/// recorded.
#[test]
fn models_of_every_type_are_those_that_the_tools_took() {
    let every = |tool: &str| printed("handoff", "expected/every_type.sql", &["--tool", tool]);
    for tool in ["sqlalchemy", "pydantic", "django", "prisma", "typescript", "diesel", "sqlx"] {
        let text = every(tool);
        let models = text.split("## Models").nth(1).and_then(|it| it.split("\n## ").next()).expect("models");
        let models = models.trim().to_owned() + "\n";
        expect_file![format!("expected/every_type.{tool}.md")].assert_eq(&models);
    }
}

#[test]
fn rust_is_read_by_rusts_own_grammar() {
    let text = printed("handoff", "expected/every_type.sql", &["--format", "json", "--tool", "diesel,sqlx"]);
    let handoff: Value = serde_json::from_str(&text).expect("JSON");
    let edits = handoff["edits"].as_array().expect("edits");
    assert_eq!(edits.len(), 2);
    for model in edits.iter().flat_map(|it| it["models"].as_array().expect("models")) {
        let code = model["code"].as_str().expect("code");
        let file = syn::parse_file(code).unwrap_or_else(|error| panic!("{error}:\n{code}"));
        assert!(!file.items.is_empty());
    }
}

#[test]
fn evidence_ticks_items_and_anything_else_is_refused() {
    let workplace = Workplace::new();
    workplace
        .file("up.sql", "CREATE TABLE orders (id bigint PRIMARY KEY);\n")
        .file("people.json", "{\"statements\": {\"backup\": \"restored on staging by Ada\"}}")
        .file("other.json", "{\"format\": \"lockstep-trace/1\"}");
    let good = workplace.run(&["checklist", "--evidence", "people.json", "up.sql"]);
    assert_eq!(good.status, 0, "{}", good.stderr);
    assert!(
        good.stdout.contains("- [x] Backup made and verified: stated: restored on staging by Ada"),
        "{}",
        good.stdout
    );
    let bad = workplace.run(&["checklist", "--evidence", "other.json", "up.sql"]);
    assert_eq!(bad.status, 3);
    assert!(bad.stderr.contains("proves nothing"), "{}", bad.stderr);
}

#[test]
fn queries_get_the_index_that_they_want() {
    let workplace = Workplace::new();
    workplace
        .file("up.sql", "CREATE TABLE orders (id bigint PRIMARY KEY, state text, at timestamptz);\n")
        .file("queries.sql", "-- name: Open :many\nSELECT id FROM orders WHERE state = $1 ORDER BY at;\n");
    let answer = workplace.run(&["advise", "--app-new", "queries.sql", "up.sql"]);
    assert!(
        answer.stdout.contains("CREATE INDEX CONCURRENTLY ix_orders_state_at ON orders (state, at)"),
        "{}",
        answer.stdout
    );
}
