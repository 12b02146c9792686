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
              ALTER TABLE users ADD COLUMN IF NOT EXISTS email text DEFAULT 'x'::text;
              CREATE INDEX IF NOT EXISTS i ON public.users USING btree (id);
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
