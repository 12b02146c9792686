//! `lockstep rollback --check`: ways back that somebody wrote.

#[allow(dead_code)]
mod support;

use expect_test::expect;
use support::Workplace;

/// Two migrations, of which the second has a way back that forgets an index.
fn folder() -> Workplace {
    let workplace = Workplace::new();
    workplace.file(
        "m/1_a.up.sql",
        "CREATE TABLE users (id integer, email text DEFAULT 'x');\nCREATE INDEX i ON users (id);\n",
    );
    workplace.file("m/1_a.down.sql", "DROP TABLE users;\n");
    workplace.file("m/2_b.up.sql", "DROP INDEX i;\nALTER TABLE users DROP COLUMN email;\n");
    workplace.file("m/2_b.down.sql", "ALTER TABLE users ADD COLUMN email text DEFAULT 'x';\n");
    workplace.file("m/3_c.up.sql", "CREATE SCHEMA s;\n");
    workplace
}

#[test]
fn a_wrong_way_back_is_told_with_the_right_one() {
    let answer = folder().run(&["rollback", "--check", "m"]);
    assert_eq!(answer.status, 1);
    expect![[r#"
        ✓ m/1_a.down.sql: restores the schema
        ✗ m/2_b.down.sql: leaves another schema
            missing     index i of users: CREATE INDEX i ON public.users USING btree (id)
            corrected   (loses data)
              SET search_path = public;
              SET lock_timeout = '5s';
              BEGIN;
              ALTER TABLE IF EXISTS users ADD COLUMN IF NOT EXISTS email text DEFAULT 'x'::text;
              DO $lockstep$
              BEGIN
                IF to_regclass('public.users') IS NOT NULL THEN
                  CREATE INDEX IF NOT EXISTS i ON public.users USING btree (id);
                END IF;
              END
              $lockstep$;
              COMMIT;
              RESET lock_timeout;
              RESET search_path;

        2 ways back on PostgreSQL 18, run by psql: 1 leaving another schema, 1 right.
        No way back is written for m/3_c.up.sql.
    "#]]
    .assert_eq(&answer.stdout);
}

#[test]
fn json_holds_every_difference_and_the_corrected_script() {
    let answer = folder().run(&["rollback", "--check", "--format", "json", "m"]);
    let value: serde_json::Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!(value["format"], "lockstep-rollback-check/1");
    let [right, wrong] = &value["ways_back"].as_array().expect("a list")[..] else { panic!("{value}") };
    assert_eq!((&right["verdict"], &right["wrong"]), (&"restores".into(), &false.into()));
    assert!(right["corrected"].is_null());
    assert_eq!((&wrong["verdict"], &wrong["differences"][0]["kind"]), (&"another_schema".into(), &"missing".into()));
    assert!(wrong["corrected"]["sql"].as_str().is_some_and(|it| it.contains("CREATE INDEX")), "{wrong}");
    assert_eq!(value["without"], serde_json::json!(["m/3_c.up.sql"]));
}

#[test]
fn a_file_finds_its_way_back_beside_it_in_it_or_by_name() {
    let workplace = folder();
    workplace.file("4.sql", "-- migrate:up\nCREATE TABLE t (a int);\n-- migrate:down\nDROP TABLE u;\n");
    workplace.file("undo.sql", "DROP TABLE t;\n");
    let beside = workplace.run(&["rollback", "--check", "m/1_a.up.sql"]);
    assert!(beside.status == 0 && beside.stdout.contains("✓ m/1_a.down.sql"), "{}", beside.stdout);
    let inside = workplace.run(&["rollback", "--check", "4.sql"]);
    assert!(inside.status == 1 && inside.stdout.contains("line 4, DROP TABLE) with 42P01"), "{}", inside.stdout);
    let named = workplace.run(&["rollback", "--check", "--down", "undo.sql", "4.sql"]);
    assert!(named.status == 0 && named.stdout.contains("✓ undo.sql"), "{}", named.stdout);
    let several = workplace.run(&["rollback", "--check", "--down", "undo.sql", "m"]);
    assert_eq!(several.status, 2, "{}", several.stderr);
    assert_eq!(workplace.run(&["rollback", "--down", "undo.sql", "4.sql"]).status, 2);
}

#[test]
fn check_tells_of_a_wrong_way_back_too() {
    let answer = folder().run(&["check", "--format", "json", "m"]);
    assert!(answer.stdout.contains("down_leaves_another_schema"), "{}", answer.stdout);
    let nothing = Workplace::new();
    nothing.file("up.sql", "CREATE SCHEMA s;\n");
    let answer = nothing.run(&["rollback", "--check", "up.sql"]);
    assert!(answer.status == 0 && answer.stdout.starts_with("No way back is written"), "{}", answer.stdout);
}

/// A migration that needs a statement outside of transactions to be undone, and one that does not.
fn history() -> Workplace {
    let workplace = Workplace::new();
    workplace
        .file("s.sql", "CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE INDEX i ON users (email);\n");
    workplace.file("one/V1__a.sql", "ALTER TABLE users RENAME COLUMN email TO mail;\n");
    workplace.file("two/V1__a.sql", "DROP INDEX CONCURRENTLY i;\n");
    workplace
}

#[test]
fn each_tool_gets_its_own_markers_and_transactions() {
    let text = |tool: &str, folder: &str| {
        // What Alembic writes as SQL says itself where transactions begin and end.
        let scope = if tool == "alembic" { "per-statement" } else { "per-file" };
        let scope = if folder == "two" && tool != "flyway" { "per-statement" } else { scope };
        let scope: &[&str] = if tool == "flyway" { &[] } else { &["--transaction", scope] };
        let arguments = [&["rollback", "--format", tool, "--schema", "s.sql", folder], scope].concat();
        let answer = history().run(&arguments);
        assert_eq!(answer.status, 0, "{tool}: {}", answer.stderr);
        answer.stdout
    };
    for (tool, marker) in [
        ("dbmate", "-- migrate:down\n"),
        ("node-pg-migrate", "-- Down Migration\n"),
        ("sql-migrate", "-- +migrate Down\n"),
        ("goose", "-- +goose Down\n"),
    ] {
        assert!(text(tool, "one").starts_with(marker), "{}", text(tool, "one"));
    }
    let goose = text("goose", "one");
    assert!(
        goose.contains("-- +goose StatementBegin\nDO $lockstep$")
            && goose.contains("$lockstep$;\n-- +goose StatementEnd"),
        "{goose}"
    );
    for tool in ["flyway", "golang-migrate", "sqlx", "alembic", "dbmate"] {
        let back = text(tool, "one");
        assert_eq!(back.contains("BEGIN;\n"), tool == "golang-migrate", "{tool}: {back}");
        assert!(back.contains("RENAME COLUMN mail TO email"), "{back}");
    }
    let golang = text("golang-migrate", "two");
    assert!(
        golang.contains("CREATE INDEX IF NOT EXISTS i") && !golang.contains("CREATE INDEX CONCURRENTLY"),
        "{golang}"
    );
    let alembic = text("alembic", "two");
    assert!(alembic.contains("with op.get_context().autocommit_block():\n        op.execute("), "{alembic}");
    let flyway = text("flyway", "two");
    assert!(
        flyway.contains("U1__a.sql.conf\nexecuteInTransaction=false") && flyway.contains("CONCURRENTLY"),
        "{flyway}"
    );
}

#[test]
fn files_get_the_names_that_the_tool_looks_for_and_nothing_is_overwritten() {
    let workplace = history();
    let arguments = ["rollback", "--format", "flyway", "--schema", "s.sql", "--output", "undo", "one"];
    assert_eq!(workplace.run(&arguments).status, 0);
    let back =
        workplace.run(&["rollback", "--check", "--schema", "s.sql", "--down", "undo/U1__a.sql", "one/V1__a.sql"]);
    assert!(back.status == 0 && back.stdout.contains("✓ undo/U1__a.sql: restores"), "{}{}", back.stdout, back.stderr);
    let again = workplace.run(&arguments);
    assert!(again.status == 2 && again.stderr.contains("is there already"), "{}", again.stderr);
    let answer = workplace.run(&["rollback", "--format", "diesel", "--schema", "s.sql", "one"]);
    assert!(answer.status == 2 && answer.stderr.contains("no name of a migration of diesel"), "{}", answer.stderr);
    workplace
        .file("g/1_a.sql", "-- +goose Up\nALTER TABLE users RENAME COLUMN email TO mail;\n-- +goose Down\nSELECT 1;\n");
    let arguments = ["rollback", "--format", "goose", "--schema", "s.sql", "--output", "out", "g"];
    assert_eq!(workplace.run(&arguments).status, 0);
    let checked = workplace.run(&["rollback", "--check", "--runner", "goose", "--schema", "s.sql", "out/1_a.sql"]);
    assert!(checked.status == 0 && checked.stdout.contains("✓ the down section of out/1_a.sql"), "{}", checked.stdout);
}

#[test]
fn what_would_be_lost_is_saved_before_the_point_of_no_return() {
    let workplace = history();
    workplace.file("drop.sql", "ALTER TABLE users ADD COLUMN n int;\nALTER TABLE users DROP COLUMN email;\n");
    let script = workplace.run(&["rollback", "--schema", "s.sql", "drop.sql"]).stdout;
    assert!(script.contains("-- Point of no return: step 2."), "{script}");
    assert!(script.contains("--     CREATE TABLE users_kept_before_2 AS SELECT id, email FROM users;"), "{script}");
    let answer = workplace.run(&["rollback", "--format", "json", "--schema", "s.sql", "drop.sql"]).stdout;
    let value: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!((&value["point_of_no_return"], &value["recovery"][0]["key"][0]), (&2.into(), &"id".into()));
}
