//! What a session takes and does is seen: known facts, asked again of the server at hand.

mod common;

use common::{alone, locks, observer, within, work};
use lockstep_core::report::wire::WaitsFor;
use lockstep_pg::observe::{Place, Seen};

const SHOP: &str = "CREATE TABLE users (id int PRIMARY KEY, name text);
    CREATE TABLE orders (id int PRIMARY KEY, user_id int, amount int);
    INSERT INTO users VALUES (1, 'a'), (2, 'b'); INSERT INTO orders VALUES (1, 1, 10), (2, 2, 20);";

#[test]
fn adding_a_column_locks_the_table_alone() {
    let Some(mut it) = observer(SHOP) else { return };
    let seen = alone(&mut it, "ALTER TABLE users ADD COLUMN age int DEFAULT 1");
    assert_eq!(locks(&seen), ["users AccessExclusiveLock"]);
    assert!(seen.outcome.is_ok() && seen.work.is_empty() && seen.new_files.is_empty(), "{seen:?}");
}

#[test]
fn an_index_build_shares_the_table() {
    let Some(mut it) = observer(SHOP) else { return };
    let seen = alone(&mut it, "CREATE INDEX orders_user_id_idx ON orders (user_id)");
    assert_eq!(locks(&seen), ["orders ShareLock", "new orders_user_id_idx AccessExclusiveLock"]);
    assert_eq!(work(&seen), ["build_index orders_user_id_idx"]);
}

#[test]
fn a_foreign_key_locks_both_tables_and_checks_the_rows() {
    let Some(mut it) = observer(SHOP) else { return };
    let sql = "ALTER TABLE orders ADD CONSTRAINT fk_user FOREIGN KEY (user_id) REFERENCES users";
    let seen = alone(&mut it, sql);
    assert_eq!(
        locks(&seen),
        [
            "orders ShareRowExclusiveLock",
            "orders_pkey AccessShareLock",
            "users ShareRowExclusiveLock",
            "users_pkey AccessShareLock"
        ]
    );
    assert_eq!(work(&seen), ["validate_foreign_key fk_user"]);
}

#[test]
fn a_type_change_rewrites_the_table_and_its_indexes() {
    let Some(mut it) = observer("CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY)") else { return };
    let seen = alone(&mut it, "ALTER TABLE app.t ALTER id TYPE bigint");
    assert_eq!(work(&seen), ["rewrite app.t", "build_index t_pkey"]);
    // The index is dropped and made anew, as another relation of the same name.
    assert_eq!(seen.new_files, ["app.t"]);
}

#[test]
fn a_truncation_shows_by_its_new_file() {
    let Some(mut it) = observer(SHOP) else { return };
    let seen = alone(&mut it, "TRUNCATE orders");
    assert!(seen.work.iter().all(|it| it.kind == "build_index"), "{:?}", seen.work);
    assert_eq!(seen.new_files, ["orders", "orders_pkey"]);
}

#[test]
fn what_an_earlier_statement_holds_is_told_apart() {
    let Some(mut it) = observer(SHOP) else { return };
    within(&mut it, "BEGIN");
    let first = within(&mut it, "UPDATE users SET name = 'c' WHERE id = 1");
    assert_eq!(locks(&first)[0], "users RowExclusiveLock");
    let second = within(&mut it, "ALTER TABLE users ADD COLUMN age int");
    assert_eq!(locks(&second), ["users AccessExclusiveLock"]);
    assert_eq!(second.locks[0].held_before.as_deref(), Some("RowExclusiveLock"));
    let third = within(&mut it, "ALTER TABLE users DROP COLUMN age");
    assert_eq!(locks(&third), [""; 0]);
    within(&mut it, "ROLLBACK");
    assert_eq!(locks(&alone(&mut it, "ALTER TABLE users ADD COLUMN age int")), ["users AccessExclusiveLock"]);
}

#[test]
fn an_error_keeps_the_servers_words_and_fails_the_rest_of_the_transaction() {
    let Some(mut it) = observer(SHOP) else { return };
    within(&mut it, "BEGIN");
    let failure = within(&mut it, "ALTER TABLE users ADD COLUMN id int").outcome.unwrap_err();
    assert_eq!(failure.sqlstate, "42701");
    assert_eq!(failure.message, "column \"id\" of relation \"users\" already exists");
    assert_eq!(within(&mut it, "SELECT 1").outcome.unwrap_err().sqlstate, "25P02");
    within(&mut it, "ROLLBACK");
    assert!(alone(&mut it, "SELECT 1").outcome.is_ok());
}

#[test]
fn the_isolation_level_can_still_be_set_after_begin() {
    let Some(mut it) = observer(SHOP) else { return };
    within(&mut it, "BEGIN");
    assert!(within(&mut it, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE").outcome.is_ok());
    assert!(within(&mut it, "SELECT count(*) FROM users").outcome.is_ok());
    within(&mut it, "COMMIT");
}

#[test]
fn a_lock_by_itself_is_refused_as_it_is_outside_of_a_transaction() {
    let Some(mut it) = observer(SHOP) else { return };
    assert_eq!(alone(&mut it, "LOCK TABLE users").outcome.unwrap_err().sqlstate, "25P01");
}

#[test]
fn a_deferred_constraint_fails_the_statement_that_commits_by_itself() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY);
        CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)";
    let Some(mut it) = observer(schema) else { return };
    assert_eq!(alone(&mut it, "INSERT INTO c VALUES (7)").outcome.unwrap_err().sqlstate, "23503");
}

#[test]
fn messages_are_heard_whatever_level_was_set() {
    let Some(mut it) = observer(SHOP) else { return };
    alone(&mut it, "SET client_min_messages = warning");
    let seen = alone(&mut it, "ALTER TABLE orders ALTER amount TYPE bigint");
    assert_eq!(work(&seen), ["rewrite orders", "build_index orders_pkey"]);
    let seen = alone(&mut it, "DROP TABLE IF EXISTS nothing");
    assert_eq!(seen.messages[0].text, "table \"nothing\" does not exist, skipping");
}

#[test]
fn a_concurrent_build_is_seen_waiting_for_a_writer() {
    let Some(mut it) = observer(SHOP) else { return };
    let waits = [WaitsFor { relation: "orders".into(), mode: "ShareLock".into() }];
    let sql = "CREATE INDEX CONCURRENTLY orders_amount_idx ON orders (amount)";
    let seen = it.run(sql, Place::Alone, &waits).unwrap();
    assert!(seen.outcome.is_ok(), "{seen:?}");
    assert_eq!((seen.seen, seen.waited), (Seen::WhileRunning, Some(true)));
    assert!(locks(&seen).contains(&"orders ShareUpdateExclusiveLock".to_owned()), "{seen:?}");
    assert_eq!(work(&seen), ["build_index orders_amount_idx"]);
}

#[test]
fn a_statement_that_waits_for_nobody_is_not_said_to() {
    let Some(mut it) = observer(SHOP) else { return };
    let waits = [WaitsFor { relation: "orders".into(), mode: "ShareLock".into() }];
    let seen = it.run("VACUUM users", Place::Alone, &waits).unwrap();
    assert_eq!(seen.waited, Some(false), "{seen:?}");
}

#[test]
fn a_procedure_that_commits_runs_by_itself() {
    let schema = "CREATE TABLE t (a int);
        CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN INSERT INTO t VALUES (1); COMMIT; END'";
    let Some(mut it) = observer(schema) else { return };
    let seen = alone(&mut it, "CALL p()");
    assert!(seen.outcome.is_ok() && seen.seen == Seen::WhileRunning, "{seen:?}");
    let count: i64 = it.watcher().query_one("SELECT count(*) FROM t", &[]).unwrap().get(0);
    assert_eq!(count, 1);
}

#[test]
fn what_takes_too_long_is_cancelled() {
    let Some(mut it) = observer("") else { return };
    it.session.limit = std::time::Duration::from_millis(100);
    assert_eq!(alone(&mut it, "SELECT pg_sleep(60)").outcome.unwrap_err().sqlstate, "57014");
    assert!(alone(&mut it, "SELECT 1").outcome.is_ok());
}

#[test]
fn names_are_printed_as_the_server_does() {
    let schema = "CREATE SCHEMA \"My App\"; CREATE TABLE \"My App\".\"Order\" (a int); CREATE TABLE \"select\" (a int)";
    let Some(mut it) = observer(schema) else { return };
    alone(&mut it, "SET search_path = \"My App\", public");
    assert_eq!(locks(&alone(&mut it, "LOCK TABLE \"Order\"")), [""; 0]);
    assert_eq!(locks(&alone(&mut it, "ALTER TABLE \"Order\" ADD b int")), ["\"My App\".\"Order\" AccessExclusiveLock"]);
    assert_eq!(locks(&alone(&mut it, "ALTER TABLE \"select\" ADD b int")), ["\"select\" AccessExclusiveLock"]);
}
