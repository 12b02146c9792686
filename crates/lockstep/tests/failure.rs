//! `lockstep failure`: the report of a migration that fails.

#[allow(dead_code)]
mod support;

use expect_test::expect;
use support::Workplace;

/// Step 2 fails for its rows, in the transaction of step 1.
fn orphans() -> Workplace {
    let workplace = Workplace::new();
    workplace.file(
        "schema.sql",
        "CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);\n\
         INSERT INTO users VALUES (1);\nINSERT INTO orders VALUES (1, 9);\n",
    );
    workplace.file(
        "m/7_link_orders.sql",
        "ALTER TABLE orders ADD COLUMN note text;\n\
         ALTER TABLE orders ADD CONSTRAINT fk_orders_user_id FOREIGN KEY (user_id) REFERENCES users;\n",
    );
    workplace
}

#[test]
fn the_first_failure_is_reported_in_the_form_of_tasks() {
    let answer = orphans().run(&["failure", "--format", "json", "--runner", "flyway", "--schema", "schema.sql", "m"]);
    assert_eq!((answer.status, answer.stderr.as_str()), (1, ""));
    expect![[r#"
        {
          "task_id": "7_link_orders",
          "status": "failed",
          "summary": "Failed: foreign_key_violation (23503) in ALTER TABLE: insert or update on table \"orders\" violates foreign key constraint \"fk_orders_user_id\"",
          "files_changed": [],
          "test_results": "Migration up: FAILED at step 2 of 2, ALTER TABLE (m/7_link_orders.sql:2)",
          "blockers": [
            "23503 insert or update on table \"orders\" violates foreign key constraint \"fk_orders_user_id\"",
            "must answer 0: SELECT count(*) FROM orders AS c WHERE c.user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users AS p WHERE p.id = c.user_id)"
          ],
          "sqlstate": "23503",
          "step": 2,
          "state": "rolled back to the start",
          "resolution": [
            "-- Rows in the way\nSELECT * FROM orders AS c WHERE c.user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users AS p WHERE p.id = c.user_id) LIMIT 100;",
            "-- New rows keep to it from now on, old ones later\nALTER TABLE orders ADD CONSTRAINT fk_orders_user_id FOREIGN KEY (user_id) REFERENCES users(id) NOT VALID;",
            "-- Let them refer to nothing\nUPDATE orders AS c SET user_id = NULL WHERE c.user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users AS p WHERE p.id = c.user_id);",
            "-- Or, where they are of no use, delete them\nDELETE FROM orders AS c WHERE c.user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users AS p WHERE p.id = c.user_id);",
            "-- Once no row is in the way\nALTER TABLE orders VALIDATE CONSTRAINT fk_orders_user_id;"
          ]
        }
    "#]]
    .assert_eq(&answer.stdout);
}

#[test]
fn a_failure_that_happened_can_be_told() {
    let workplace = orphans();
    let message = "canceling statement due to lock timeout\u{1b}[31m";
    let common = ["failure", "--schema", "schema.sql", "--step", "1", "--sqlstate", "55P03", "--message", message];
    let answer = workplace.run(&[&common[..], &["--task-id", "T003", "m"]].concat());
    assert_eq!(answer.status, 1, "{}", answer.stderr);
    assert!(
        answer.stdout.starts_with("Failed: lock_not_available (55P03) in ALTER TABLE: canceling"),
        "{}",
        answer.stdout
    );
    assert!(
        answer.stdout.contains("to_regclass('public.orders')") && !answer.stdout.contains('\u{1b}'),
        "{}",
        answer.stdout
    );
    let answer = workplace.run(&[&common[..], &["--format", "markdown", "m"]].concat());
    assert!(answer.stdout.contains("```sql\n-- Who holds locks on it\n"), "{}", answer.stdout);
}

#[test]
fn a_step_that_its_rows_may_keep_from_succeeding_is_named() {
    let workplace = Workplace::new();
    workplace.file("schema.sql", "CREATE TABLE users (email text);\n");
    workplace.file("up.sql", "ALTER TABLE users ALTER email SET NOT NULL;\n");
    let answer = workplace.run(&["failure", "--schema", "schema.sql", "up.sql"]);
    assert!(answer.status == 2 && answer.stderr.contains("--step 1 reports that"), "{}", answer.stderr);
    let answer = workplace.run(&["failure", "--schema", "schema.sql", "--step", "1", "up.sql"]);
    assert!(answer.stdout.starts_with("Failed: not_null_violation (23502) in ALTER TABLE\n"), "{}", answer.stdout);
    assert!(answer.stdout.contains("SELECT * FROM users WHERE email IS NULL LIMIT 100;"), "{}", answer.stdout);
}

#[test]
fn without_a_failure_there_is_nothing_to_report() {
    let workplace = Workplace::new();
    workplace.file("up.sql", "CREATE SCHEMA shop;\n");
    for (more, part) in [
        (&[][..], "no step is sure to fail"),
        (&["--step", "2"], "the migration has 1 step"),
        (&["--step", "1"], "say what it failed with: --sqlstate CODE"),
        (&["--sqlstate", "23"], "like 23503"),
    ] {
        let answer = workplace.run(&[&["failure", "up.sql"], more].concat());
        assert_eq!((answer.status, answer.stdout.as_str()), (2, ""), "{}", answer.stderr);
        assert!(answer.stderr.contains(part), "{}", answer.stderr);
    }
}
