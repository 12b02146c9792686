//! Whole rehearsals: what agrees, what is found out, and what is left behind.

mod common;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use lockstep_core::report::wire::{File, Request};
use lockstep_pg::Error;
use lockstep_pg::rehearse::report::{Agreement, Rehearsal};
use lockstep_pg::rehearse::{Options, rehearse};

fn file(name: &str, text: &str) -> File {
    File { name: name.into(), text: text.into() }
}

fn request(schema: &str, migration: &str) -> Request {
    Request { files: vec![file("up.sql", migration)], schema: vec![file("schema.sql", schema)], ..Request::default() }
}

fn up_only() -> Options {
    Options { rollback: false, ..Options::default() }
}

/// On a throwaway server of its own; `None` where there is none to be had.
fn rehearsed(schema: &str, migration: &str) -> Option<Rehearsal> {
    common::cluster()?;
    Some(rehearse(&request(schema, migration), &up_only(), &mut |_| {}).unwrap())
}

/// In a new database of the tests' server.
fn options_for_database(name: &str) -> Option<Options> {
    let cluster = common::cluster()?;
    let mut client = cluster.database("postgres").connect().unwrap();
    client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0")).unwrap();
    let url = format!("host={} user=postgres dbname={name}", cluster.path().display());
    Some(Options { url: Some(url), ..up_only() })
}

fn contradictions(rehearsal: &Rehearsal) -> Vec<String> {
    let all = rehearsal.verdicts().into_iter().filter(|(_, it)| it.agreement == Agreement::Contradicts);
    all.map(|(place, it)| format!("{place}: {}", it.differences.join("; "))).collect()
}

const SHOP: &str = "CREATE TABLE users (id int PRIMARY KEY, name text);
    CREATE TABLE orders (id int PRIMARY KEY, user_id int);
    INSERT INTO users VALUES (1, 'a'); INSERT INTO orders VALUES (1, 1);";

#[test]
fn a_migration_does_what_was_predicted() {
    let migration = "ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users;
        BEGIN; ALTER TABLE users ADD COLUMN age int; ALTER TABLE users ADD COLUMN size int; COMMIT;
        CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);";
    let Some(it) = rehearsed(SHOP, migration) else { return };
    assert_eq!(contradictions(&it), [""; 0]);
    assert_eq!(it.steps.len(), 6);
    assert!(it.steps.iter().all(|step| step.measured.outcome == "done"), "{:#?}", it.steps);
    let fk = &it.steps[0];
    assert!(fk.measured.locks.iter().any(|lock| lock.relation == "users" && lock.mode == "ShareRowExclusiveLock"));
    assert_eq!(fk.agreement.locks.agreement, Agreement::Agrees);
    assert_eq!(it.steps[5].measured.waited, Some(true));
    assert_eq!(it.schema.agreement, Agreement::Agrees);
    assert_eq!(it.summary.contradicts, 0);
}

#[test]
fn an_error_takes_the_rest_of_its_transaction_with_it() {
    let migration = "BEGIN; ALTER TABLE users ADD COLUMN id int; ALTER TABLE users ADD COLUMN age int; COMMIT;
        ALTER TABLE users ADD COLUMN size int;";
    let Some(it) = rehearsed(SHOP, migration) else { return };
    let states: Vec<_> = it.steps.iter().map(|step| step.measured.sqlstate.as_deref()).collect();
    assert_eq!(states, [None, Some("42701"), Some("25P02"), None, None]);
    assert_eq!(contradictions(&it), [""; 0]);
}

#[test]
fn a_runner_stops_at_an_error_and_rolls_back() {
    if common::cluster().is_none() {
        return;
    }
    let migration = "ALTER TABLE users ADD COLUMN age int; ALTER TABLE users ADD COLUMN id int; DROP TABLE orders;";
    let request = Request { runner: Some("flyway".into()), ..request(SHOP, migration) };
    let it = rehearse(&request, &up_only(), &mut |_| {}).unwrap();
    let outcomes: Vec<_> = it.steps.iter().map(|step| step.measured.outcome.as_str()).collect();
    assert_eq!(outcomes, ["done", "failed", "skipped"]);
    assert_eq!((it.transactions[0].measured.as_str(), &it.schema.agreement), ("rollback", &Agreement::Agrees));
    assert_eq!(contradictions(&it), [""; 0]);
}

#[test]
fn rows_that_are_in_the_way_are_no_contradiction() {
    // What the model cannot compute: else it would know of the nulls.
    let schema = "CREATE TABLE t (a int); INSERT INTO t SELECT CASE WHEN random() < 2 THEN NULL::int END;";
    let Some(it) = rehearsed(schema, "ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t ADD b int;") else { return };
    assert_eq!(it.steps[0].predicted.outcome, "depends_on_data");
    assert_eq!(it.steps[0].measured.sqlstate.as_deref(), Some("23502"));
    assert_eq!(it.steps[0].agreement.outcome.agreement, Agreement::Agrees);
    assert_eq!(it.steps[1].measured.outcome, "not_reached");
    assert_eq!(contradictions(&it), [""; 0]);
}

#[test]
fn roles_that_a_migration_takes_for_granted_are_made() {
    let Some(it) = rehearsed(SHOP, "GRANT SELECT ON users TO \"app role\"; ALTER TABLE users OWNER TO owner;") else {
        return;
    };
    assert!(it.steps.iter().all(|step| step.measured.outcome == "done"), "{:#?}", it.steps);
    assert!(it.notes.iter().any(|note| note.starts_with("role app role is made")), "{:?}", it.notes);
}

#[test]
fn a_starting_schema_that_fails_is_named_by_its_line() {
    if common::cluster().is_none() {
        return;
    }
    let request = request("CREATE TABLE t (a int);\n\nCREATE TABLE t (b int);", "DROP TABLE t");
    let error = rehearse(&request, &up_only(), &mut |_| {}).unwrap_err();
    let Error::StartingSchema { line, sqlstate, .. } = &error else { panic!("{error}") };
    assert_eq!((*line, sqlstate.as_str()), (3, "42P07"));
}

#[test]
fn rows_to_be_copied_are_left_out_with_a_note() {
    let schema = "CREATE TABLE t (a int);\nCOPY t FROM stdin;\n1\n\\.\n";
    let Some(it) = rehearsed(schema, "ALTER TABLE t ADD b int") else { return };
    assert!(it.notes.iter().any(|note| note.starts_with("schema.sql:2: COPY FROM stdin")), "{:?}", it.notes);
    assert_eq!(contradictions(&it), [""; 0]);
}

#[test]
fn a_given_database_is_left_as_it_was() {
    let Some(options) = options_for_database("given") else { return };
    let migration = "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('ok'); CREATE VIEW v AS SELECT * FROM users;
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE SEQUENCE s;";
    let it = rehearse(&request(SHOP, migration), &options, &mut |_| {}).unwrap();
    assert!(it.steps.iter().all(|step| step.measured.outcome == "done"), "{:#?}", it.steps);
    let mut client = common::cluster().unwrap().database("given").connect().unwrap();
    let form = lockstep_pg::catalog::normal_form(&mut client).unwrap();
    assert_eq!(form.as_object().unwrap().keys().collect::<Vec<_>>(), ["schemas"]);
    assert_eq!(it.notes, [""; 0]);
}

#[test]
fn a_database_with_objects_is_refused_unless_that_is_allowed() {
    let Some(options) = options_for_database("filled") else { return };
    let mut client = common::cluster().unwrap().database("filled").connect().unwrap();
    client.batch_execute("CREATE TABLE precious (a int)").unwrap();
    let request = request("", "CREATE TABLE t (a int)");
    let error = rehearse(&request, &options, &mut |_| {}).unwrap_err();
    assert!(matches!(&error, Error::NotEmpty(text) if text.contains("table public.precious")), "{error}");
    let allowed = Options { allow_non_empty: true, ..options };
    let it = rehearse(&request, &allowed, &mut |_| {}).unwrap();
    assert_eq!((it.steps[0].measured.outcome.as_str(), it.schema.agreement), ("done", Agreement::NotMeasured));
    let tables: i64 =
        client.query_one("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", &[]).unwrap().get(0);
    assert_eq!(tables, 1);
}

#[test]
fn an_interruption_cleans_up() {
    let Some(options) = options_for_database("interrupted") else { return };
    let interrupted = Arc::new(AtomicBool::new(false));
    let options = Options { interrupted: Arc::clone(&interrupted), ..options };
    let error = rehearse(&request(SHOP, "CREATE TABLE t (a int); SELECT pg_sleep(600);"), &options, &mut |what| {
        if what == "running the migration" {
            let interrupted = Arc::clone(&interrupted);
            std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(500));
                interrupted.store(true, std::sync::atomic::Ordering::Relaxed);
            });
        }
    })
    .unwrap_err();
    assert!(matches!(error, Error::Interrupted), "{error}");
    let mut client = common::cluster().unwrap().database("interrupted").connect().unwrap();
    let form = lockstep_pg::catalog::normal_form(&mut client).unwrap();
    assert_eq!(form.as_object().unwrap().keys().collect::<Vec<_>>(), ["schemas"]);
}
