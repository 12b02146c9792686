use crate::diagnostic::Severity;
use crate::hazard::Finding;
use crate::hazard::tests::{all_findings, trace_of};
use crate::pg::version::PgVersion;

const FILLED: &str = "-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, total integer);
INSERT INTO users (id, email) VALUES (1, 'a'), (2, 'b');
INSERT INTO orders (id, user_id) VALUES (1, 1), (2, 2);
-- lockstep: migration
";

/// What fires on tables that hold rows, with the number of its step.
fn fired_by(migration: &str, runner: &str) -> Vec<(usize, &'static str)> {
    let trace = trace_of(&format!("{FILLED}{migration}"), runner, PgVersion::V17);
    let steps = trace.steps.iter();
    steps
        .flat_map(|step| crate::hazard::findings(step, &trace).into_iter().map(|it| (step.index, it.hazard.id)))
        .collect()
}

fn fired(migration: &str) -> Vec<(usize, &'static str)> {
    fired_by(migration, "psql")
}

fn found(migration: &str) -> Vec<Finding> {
    all_findings(&trace_of(&format!("{FILLED}{migration}"), "psql", PgVersion::V17))
}

#[test]
fn tables_that_the_plan_makes_are_nobodys_concern() {
    let sql = "CREATE TABLE t (id bigint PRIMARY KEY, a integer, user_id bigint);
        INSERT INTO t (id, a) VALUES (1, 1);
        CREATE INDEX ON t (a);
        ALTER TABLE t ALTER COLUMN a SET NOT NULL;
        ALTER TABLE t ALTER COLUMN a TYPE bigint;
        ALTER TABLE t ADD UNIQUE (a);
        ALTER TABLE t RENAME COLUMN a TO b;
        ALTER TABLE t DROP COLUMN b;
        ALTER TABLE t RENAME TO s;
        DROP TABLE s;";
    assert_eq!(fired(sql), vec![]);
}

#[test]
fn a_foreign_key_from_a_new_table_locks_only_the_other_one() {
    let sql = "CREATE TABLE t (id bigint PRIMARY KEY, user_id bigint UNIQUE REFERENCES users);";
    assert_eq!(fired(sql), vec![(1, "missing_lock_timeout")]);
    assert!(found(sql)[0].message.contains("SHARE ROW EXCLUSIVE lock on users"), "{:?}", found(sql));
}

#[test]
fn a_rewrite_is_not_also_an_index_build() {
    let sql = "SET lock_timeout = '1s'; ALTER TABLE users ADD COLUMN n serial UNIQUE;";
    assert_eq!(fired(sql), vec![(2, "table_rewrite"), (2, "serial_column")]);
    assert!(found(sql)[0].message.contains("its 2 indexes built again"), "{:?}", found(sql));
}

#[test]
fn a_primary_key_on_nullable_columns_reads_the_table_as_well() {
    let sql = "SET lock_timeout = '1s';
        ALTER TABLE users DROP CONSTRAINT users_pkey;
        ALTER TABLE users ADD PRIMARY KEY (email);";
    assert_eq!(fired(sql), vec![(3, "scan_under_access_exclusive"), (3, "unique_constraint_builds_index")]);
}

#[test]
fn a_column_added_as_unique_builds_an_index_over_every_row() {
    let sql = "SET lock_timeout = '1s'; ALTER TABLE users ADD COLUMN code text UNIQUE;";
    assert_eq!(fired(sql), vec![(2, "unique_constraint_builds_index")]);
}

#[test]
fn an_index_that_exists_already_is_not_built() {
    let sql = "SET lock_timeout = '1s'; CREATE INDEX IF NOT EXISTS users_pkey ON users (id);";
    assert_eq!(fired(sql), vec![(2, "if_not_exists_skips")]);
}

#[test]
fn a_lock_of_an_earlier_step_counts_until_the_end_of_its_transaction() {
    let sql = "SET lock_timeout = '1s';
        ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID;
        BEGIN; ALTER TABLE orders ADD COLUMN note text; ALTER TABLE orders VALIDATE CONSTRAINT c; COMMIT;";
    assert_eq!(fired(sql), vec![(5, "scan_under_access_exclusive")]);
    assert!(found(sql)[0].message.contains("Step 4 of the same transaction"), "{:?}", found(sql));
}

#[test]
fn a_runner_that_wraps_the_file_validates_under_the_first_lock() {
    let sql = "SET lock_timeout = '1s';
        ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID;
        ALTER TABLE orders VALIDATE CONSTRAINT c;";
    assert_eq!(fired_by(sql, "psql"), vec![]);
    assert_eq!(fired_by(sql, "flyway"), vec![(3, "validate_in_same_transaction")]);
}

#[test]
fn a_runner_that_wraps_the_file_makes_concurrently_fail() {
    let sql = "SET lock_timeout = 0; CREATE INDEX CONCURRENTLY i ON users (email);";
    assert_eq!(fired_by(sql, "psql"), vec![]);
    assert_eq!(fired_by(sql, "sqlx"), vec![(2, "concurrently_in_transaction")]);
    assert_eq!(fired_by(&sql["SET lock_timeout = 0; ".len()..], "prisma"), vec![]);
}

#[test]
fn reindex_concurrently_is_refused_as_well() {
    let sql = "BEGIN; REINDEX INDEX CONCURRENTLY users_pkey; COMMIT;";
    assert_eq!(fired(sql), vec![(2, "concurrently_in_transaction")]);
    assert_eq!(fired("REINDEX INDEX CONCURRENTLY users_pkey;"), vec![]);
}

#[test]
fn statements_that_fail_or_never_run_raise_nothing() {
    let sql = "SET lock_timeout = '1s';
        CREATE INDEX i ON users (missing);
        ALTER TABLE nobody ALTER COLUMN a SET NOT NULL;
        ALTER TABLE users ADD UNIQUE (email);";
    // What they are refused for, and nothing of what they would have done.
    let refused = [(2, "error_does_not_stop"), (2, "does_not_exist"), (3, "does_not_exist")];
    assert_eq!(fired(sql), [&refused[..], &[(4, "unique_constraint_builds_index")]].concat());
    assert_eq!(fired_by(sql, "flyway"), vec![(2, "does_not_exist")]);
}

#[test]
fn a_missing_timeout_is_told_once_for_a_file() {
    let sql = "ALTER TABLE users ADD COLUMN a integer;
        ALTER TABLE orders ADD COLUMN a integer;
        BEGIN; ALTER TABLE users ADD COLUMN b integer; COMMIT;";
    assert_eq!(fired(sql), vec![(1, "missing_lock_timeout")]);
}

#[test]
fn a_timeout_bounds_the_wait_only_if_it_is_short_and_in_force() {
    let add = "ALTER TABLE users ADD COLUMN a integer;";
    for (before, bounded) in [
        ("SET lock_timeout = '2s';", true),
        ("SET lock_timeout = 100;", true),
        ("SET statement_timeout = '3s';", true),
        ("SET lock_timeout = '1min';", false),
        ("SET lock_timeout = 0;", false),
        ("BEGIN; SET LOCAL lock_timeout = '2s'; COMMIT;", false),
        ("SET lock_timeout = '2s'; RESET lock_timeout;", false),
    ] {
        assert_eq!(fired(&format!("{before} {add}")).is_empty(), bounded, "{before}");
    }
    assert_eq!(fired("BEGIN; SET LOCAL lock_timeout = '2s'; ALTER TABLE users ADD COLUMN a integer; COMMIT;"), vec![]);
}

#[test]
fn weak_locks_need_no_timeout() {
    let sql = "CREATE INDEX CONCURRENTLY i ON users (email);
        DROP INDEX CONCURRENTLY i;
        INSERT INTO users (id) VALUES (3);
        UPDATE users SET email = 'c' WHERE id = 3;";
    assert_eq!(fired(sql), vec![]);
}

#[test]
fn a_swap_of_names_in_one_transaction_breaks_nobody() {
    let swap = "ALTER TABLE users RENAME COLUMN email TO email_old; ALTER TABLE users RENAME COLUMN mail TO email;";
    let add = "SET lock_timeout = '1s'; ALTER TABLE users ADD COLUMN mail text;";
    assert_eq!(fired(&format!("{add} BEGIN; {swap} COMMIT;")), vec![]);
    assert_eq!(fired(&format!("{add} {swap}")), vec![(3, "rename_breaks_application")]);
}

#[test]
fn a_table_moved_to_another_schema_is_gone_by_its_name() {
    let sql = "SET lock_timeout = '1s'; CREATE SCHEMA attic; ALTER TABLE users SET SCHEMA attic;";
    assert_eq!(fired(sql), vec![(3, "rename_breaks_application")]);
}

#[test]
fn renamed_indexes_and_constraints_break_no_query() {
    let sql = "SET lock_timeout = '1s';
        ALTER INDEX users_pkey RENAME TO users_key;
        ALTER TABLE orders RENAME CONSTRAINT orders_pkey TO orders_key;";
    assert_eq!(fired(sql), vec![]);
}

#[test]
fn a_drop_that_is_rolled_back_loses_nothing() {
    let sql = "SET lock_timeout = '1s'; BEGIN; DROP TABLE users; ALTER TABLE orders DROP COLUMN total; ROLLBACK;";
    assert_eq!(fired(sql), vec![(4, "several_tables_locked")]);
}

#[test]
fn a_column_dropped_and_made_again_loses_its_values() {
    let sql = "SET lock_timeout = '1s';
        BEGIN; ALTER TABLE users DROP COLUMN age; ALTER TABLE users ADD COLUMN age text; COMMIT;";
    let found = found(sql);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "The values in age of users are gone for good.");
}

#[test]
fn columns_dropped_together_are_one_finding() {
    let sql = "SET lock_timeout = '1s'; ALTER TABLE users DROP COLUMN age, DROP COLUMN email;";
    let found = found(sql);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].message,
        "Every query that still names email or age of users fails with 42703, undefined_column. \
         The values in email and age of users are gone for good."
    );
}

#[test]
fn only_a_lock_that_the_step_would_not_take_itself_is_laid_at_an_earlier_one() {
    let sql = "BEGIN; SET LOCAL lock_timeout = '1s';
        CREATE INDEX ON users (email); CREATE INDEX ON users (age);
        ALTER TABLE users ADD COLUMN a integer; CREATE INDEX ON users (a); COMMIT;";
    let messages: Vec<_> = found(sql).into_iter().map(|it| it.message).collect();
    assert_eq!(messages.iter().map(|it| it.contains("Step 5 of the same")).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(messages[1], "Writes to users wait until index users_age_idx is built from every row of it.");
}

#[test]
fn a_history_with_a_few_seeds_says_nothing_of_the_rows() {
    let sql = "-- lockstep: schema
        CREATE TABLE a (id bigint); CREATE TABLE b (id bigint); CREATE TABLE c (id bigint);
        INSERT INTO a VALUES (1);
        -- lockstep: migration
        SET lock_timeout = '1s'; CREATE INDEX ON b (id);";
    let found = all_findings(&trace_of(sql, "psql", PgVersion::V17));
    assert_eq!(found.iter().map(|it| it.severity).collect::<Vec<_>>(), vec![Severity::Error]);
}

#[test]
fn every_dropped_table_is_a_finding_of_its_own() {
    let sql = "SET lock_timeout = '1s'; DROP TABLE users, orders;";
    let relations: Vec<_> = found(sql).into_iter().map(|it| it.relation).collect();
    assert_eq!(relations, vec![Some("users".to_owned()), Some("orders".to_owned())]);
}

#[test]
fn the_first_step_is_seen_like_any_other() {
    assert!(fired("DROP TABLE users;").contains(&(1, "drop_breaks_application")));
    assert!(fired("ALTER TABLE users RENAME TO people;").contains(&(1, "rename_breaks_application")));
    assert!(fired("ALTER TABLE users ADD UNIQUE (email);").contains(&(1, "unique_constraint_builds_index")));
}

#[test]
fn a_table_known_to_be_empty_is_only_a_note() {
    let sql = "-- lockstep: schema
        CREATE TABLE b (id bigint);
        -- lockstep: migration
        SET lock_timeout = '1s'; DELETE FROM b; CREATE INDEX ON b (id);";
    let found = all_findings(&trace_of(sql, "psql", PgVersion::V17));
    assert_eq!(
        found.iter().map(|it| (it.hazard.id, it.severity)).collect::<Vec<_>>(),
        vec![("deletes_every_row", Severity::Error), ("blocking_index_build", Severity::Note)]
    );
}

#[test]
fn a_dump_of_the_schema_alone_says_nothing_of_the_rows() {
    let sql = "-- lockstep: schema
        CREATE TABLE b (id bigint);
        -- lockstep: migration
        SET lock_timeout = '1s'; CREATE INDEX ON b (id);";
    let found = all_findings(&trace_of(sql, "psql", PgVersion::V17));
    assert_eq!(found.iter().map(|it| it.severity).collect::<Vec<_>>(), vec![Severity::Error]);
}

#[test]
fn messages_name_the_tables_and_who_waits() {
    let sql = "SET lock_timeout = '1s';
        ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users;";
    assert_eq!(
        found(sql)[0].message,
        "Writes to orders and users wait while foreign key fk is checked: every row of orders is looked up in users."
    );
}

#[test]
fn a_file_of_rows_with_numbers_of_their_own_is_one_finding() {
    let rows =
        |from: usize| (from..from + 5).map(|it| format!("INSERT INTO plans (id) VALUES ({it});\n")).collect::<String>();
    let schema = "-- lockstep: schema
        CREATE TABLE plans (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY);
        -- lockstep: migration\n";
    let ids = |sql: &str| {
        all_findings(&trace_of(sql, "psql", PgVersion::V17)).iter().map(|it| it.hazard.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&format!("{schema}{}", rows(1))), ["sequence_left_behind"]);
    let set = "SELECT setval('plans_id_seq', 5);";
    assert_eq!(ids(&format!("{schema}{}{set}", rows(1))), Vec::<&str>::new());
}
