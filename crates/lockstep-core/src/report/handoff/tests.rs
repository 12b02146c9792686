use crate::report;
use crate::report::handoff::markdown::markdown;
use crate::report::handoff::wire::Handoff;
use crate::report::wire::{File, Request};

fn of(schema: &str, migration: &str) -> Handoff {
    with(schema, migration, Request::default())
}

fn with(schema: &str, migration: &str, request: Request) -> Handoff {
    let file = |name: &str, text: &str| vec![File { name: name.into(), text: text.into() }];
    report::handoff(&Request { files: file("up.sql", migration), schema: file("schema.sql", schema), ..request })
}

fn diff(handoff: &Handoff, tool: &str) -> String {
    let edit = handoff.edits.iter().find(|it| it.tool == tool).unwrap_or_else(|| panic!("no edit of {tool}"));
    edit.models.iter().flat_map(|it| &it.diff).map(|it| format!("{it}\n")).collect()
}

const USERS: &str = "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);";

#[test]
fn a_new_column_is_one_line_of_each_model() {
    let found = of(USERS, "ALTER TABLE users ADD COLUMN profile_url varchar(255);");
    assert_eq!(found.changes, ["New column `users.profile_url`: character varying(255), nullable"]);
    for (tool, line) in [
        ("sqlalchemy", "+    profile_url: Mapped[Optional[str]] = mapped_column(String(255))\n"),
        ("pydantic", "+    profile_url: str | None = Field(default=None, max_length=255)\n"),
        ("django", "+    profile_url = models.CharField(max_length=255, null=True, blank=True)\n"),
        ("prisma", "+  profile_url String? @db.VarChar(255)\n"),
        ("typescript", "+  profile_url: string | null;\n"),
        ("diesel", "+        #[max_length = 255]\n+        profile_url -> Nullable<Varchar>,\n"),
        ("sqlx", "+    pub profile_url: Option<String>,\n"),
    ] {
        let text = diff(&found, tool);
        let changed: String =
            text.lines().filter(|it| it.starts_with(['+', '-'])).map(|it| format!("{it}\n")).collect();
        assert_eq!(changed, line, "{tool}");
    }
}

#[test]
fn a_rename_is_shown_as_one() {
    let found = of(USERS, "ALTER TABLE users RENAME COLUMN name TO full_name;");
    assert_eq!(found.changes, ["Column `users.name` is now `users.full_name` (a rename: the values stay)"]);
    assert!(diff(&found, "sqlx").contains("-    pub name: String,\n+    pub full_name: String, // was name\n"));
    assert!(found.order_notes[0].starts_with("No order is without a gap"), "{:?}", found.order_notes);
}

#[test]
fn what_the_new_version_needs_comes_before_it_and_what_breaks_the_old_one_after() {
    let found = of(USERS, "ALTER TABLE users ADD COLUMN email text;\nALTER TABLE users DROP COLUMN name;");
    let stages: Vec<(&str, Option<(usize, usize)>)> =
        found.order.iter().map(|it| (it.who.as_str(), it.steps)).collect();
    assert_eq!(stages, [("migration", Some((1, 1))), ("application", None), ("migration", Some((2, 2)))]);
    assert!(found.order_notes[0].contains("split the migration there"), "{:?}", found.order_notes);
    let found = of(USERS, "ALTER TABLE users ADD COLUMN email text;");
    assert_eq!(found.order.len(), 2);
    assert_eq!(found.order_notes, Vec::<String>::new());
}

#[test]
fn a_constraint_over_new_columns_alone_breaks_nobody() {
    let found =
        of(USERS, "ALTER TABLE users ADD COLUMN email text;\nALTER TABLE users ADD CONSTRAINT u UNIQUE (email);");
    assert_eq!(found.order_notes, Vec::<String>::new());
    let found = of(USERS, "ALTER TABLE users ADD CONSTRAINT u UNIQUE (name);");
    assert_eq!(found.order_notes.len(), 1);
}

#[test]
fn only_errors_that_can_come_are_told() {
    let states = |migration: &str| -> Vec<String> {
        of(&format!("{USERS} CREATE TABLE posts (id bigint, user_id bigint);"), migration)
            .errors
            .iter()
            .flat_map(|it| it.sqlstates.clone())
            .collect()
    };
    assert_eq!(states("ALTER TABLE users ADD COLUMN a text;"), Vec::<String>::new());
    assert_eq!(states("SET lock_timeout = '2s';\nALTER TABLE users ADD COLUMN a text;"), ["55P03"]);
    assert_eq!(states("SET statement_timeout = '1min';\nCREATE INDEX CONCURRENTLY i ON users (name);"), ["57014"]);
    assert_eq!(states("ALTER TABLE users ALTER COLUMN name TYPE integer;"), ["42804"]);
    assert_eq!(states("ALTER TABLE posts ADD FOREIGN KEY (user_id) REFERENCES users (id);"), ["23503"]);
    assert!(
        states("BEGIN;\nALTER TABLE users ADD a int;\nALTER TABLE posts ADD b int;\nCOMMIT;").contains(&"40P01".into())
    );
}

#[test]
fn queries_of_the_application_that_it_concerns_are_named() {
    let app_old = Some(File {
        name: "queries.sql".into(),
        text:
            "-- name: ByName :one\nSELECT id FROM users WHERE name = $1;\n-- name: Other :one\nSELECT 1 FROM posts;\n"
                .into(),
    });
    let found =
        with(USERS, "ALTER TABLE users RENAME COLUMN name TO full_name;", Request { app_old, ..Request::default() });
    assert_eq!(found.touch, ["`ByName` (queries.sql:1) uses name"]);
}

#[test]
fn names_cannot_break_out_of_code_or_markdown() {
    let name = "a\"\\`\n*/ x";
    let quoted = name.replace('"', "\"\"");
    let found = of(USERS, &format!("ALTER TABLE users ADD COLUMN \"{quoted}\" text DEFAULT 'it''s \\ \"x\"';"));
    for edit in &found.edits {
        for line in edit.models.iter().flat_map(|it| it.diff.iter().chain(std::iter::once(&it.code))) {
            assert!(!line.lines().any(|it| it.trim_start().starts_with("*/")), "{}: {line}", edit.tool);
        }
    }
    assert!(diff(&found, "typescript").contains("\"a\\\"\\\\`\\n*/ x\": string | null;"));
    assert!(!markdown(&found).lines().any(|it| it.starts_with("*/")));
}

#[test]
fn views_functions_and_policies_are_told_as_well() {
    let found = of(
        &format!("{USERS} CREATE VIEW names AS SELECT name FROM users;"),
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';\nDROP VIEW names;\nCREATE POLICY p ON users USING (true);",
    );
    assert_eq!(found.changes, ["View names is dropped", "New function one()", "New policy p on table users"]);
}

#[test]
fn a_database_that_stays_as_it_is_changes_no_model() {
    let found = of(USERS, "SELECT 1;");
    assert_eq!((found.edits.len(), found.changes.len(), found.errors.len()), (0, 0, 0));
    assert!(markdown(&found).contains("No model changes."));
}

#[test]
fn a_way_back_that_leaves_rows_is_not_called_impossible() {
    let found = of("CREATE TABLE t (a int);", "INSERT INTO t VALUES (1);");
    assert_eq!(found.rollback.grade, "leaves_rows");
    assert!(found.rollback.lost.is_empty() && !found.rollback.stays.is_empty());
    let text = markdown(&found);
    assert!(text.contains("Leaves rows") && text.contains(&found.rollback.stays[0]), "{text}");
}
