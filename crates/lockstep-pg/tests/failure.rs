//! What the report of a failure says to do next, done: every item runs on a server where the migration has failed.

mod common;

use lockstep_core::report::failure::{Failure, Given, failure};
use lockstep_core::report::wire::{File, Request};
use lockstep_pg::session::Session;

const SCHEMA: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email text, age text, note varchar(200) DEFAULT '-');
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, code text NOT NULL, total bigint, price numeric);
CREATE VIEW shown AS SELECT id, email FROM users;
CREATE TYPE mood AS ENUM ('ok');
CREATE TABLE parts (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE \"Odd Name\" (id bigint, \"Col\" text);
INSERT INTO users VALUES (1, 'a', '12'), (2, NULL, 'x'), (3, 'a', '99999999999');
INSERT INTO orders VALUES (1, 1, 'abcdefgh', 5, 1.5), (2, 9, 'b', 99999999999, 99999999999.5), (3, NULL, 'c', -1, 2);
INSERT INTO \"Odd Name\" VALUES (1, NULL), (1, 'b');
";

/// What is predicted to fail, and does.
const PREDICTED: [(&str, &str); 30] = [
    ("23502", "ALTER TABLE users ALTER email SET NOT NULL"),
    ("23502", "ALTER TABLE \"Odd Name\" ALTER \"Col\" SET NOT NULL"),
    ("23502", "ALTER TABLE users ADD COLUMN locale text NOT NULL"),
    ("23503", "ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users"),
    ("23505", "ALTER TABLE users ADD CONSTRAINT uq UNIQUE (email)"),
    ("23505", "ALTER TABLE \"Odd Name\" ADD PRIMARY KEY (id)"),
    ("23505", "CREATE UNIQUE INDEX CONCURRENTLY uq ON users (email)"),
    ("23505", "CREATE UNIQUE INDEX uq ON users (lower(email))"),
    ("23505", "INSERT INTO users (id) VALUES (1)"),
    ("23514", "ALTER TABLE orders ADD CONSTRAINT ck CHECK (total > 0)"),
    ("23514", "INSERT INTO parts VALUES (1, '2030-01-01')"),
    ("22P02", "ALTER TABLE users ALTER age TYPE integer USING age::integer"),
    ("22P02", "ALTER TABLE users ALTER age TYPE integer USING (age || '!')::integer"),
    ("22001", "ALTER TABLE orders ALTER code TYPE varchar(3)"),
    ("22003", "ALTER TABLE orders ALTER total TYPE integer"),
    ("22003", "ALTER TABLE orders ALTER price TYPE integer"),
    ("42804", "ALTER TABLE users ALTER age TYPE integer"),
    ("42701", "ALTER TABLE users ADD COLUMN email text"),
    ("42P07", "CREATE TABLE users (id int)"),
    ("42P07", "CREATE INDEX users_pkey ON users (email)"),
    ("42710", "ALTER TABLE users ADD CONSTRAINT users_pkey CHECK (true)"),
    ("42703", "ALTER TABLE users DROP COLUMN nope"),
    ("42P01", "ALTER TABLE \"Users\" DROP COLUMN nope"),
    ("3F000", "ALTER TABLE app.users DROP COLUMN nope"),
    ("2BP01", "ALTER TABLE users DROP COLUMN email"),
    ("2BP01", "DROP TABLE users"),
    ("55P04", "BEGIN; ALTER TYPE mood ADD VALUE 'sad'; CREATE TABLE m (a mood DEFAULT 'sad'); COMMIT"),
    ("25001", "BEGIN; CREATE INDEX CONCURRENTLY ix ON users (email); COMMIT"),
    ("0A000", "CREATE INDEX CONCURRENTLY ix ON parts (id)"),
    ("0A000", "ALTER TABLE users ALTER email TYPE varchar(10)"),
];

/// What no text tells before: from the server's log.
const GIVEN: [(&str, &str, &str); 7] = [
    ("55P03", "ALTER TABLE users ADD x int", "canceling statement due to lock timeout"),
    ("40P01", "ALTER TABLE users ADD x int", "deadlock detected"),
    ("57014", "CREATE INDEX CONCURRENTLY ix ON users (email)", "canceling statement due to statement timeout"),
    ("0A000", "SELECT 1", "cached plan must not change result type"),
    ("55006", "ALTER TABLE users ADD x int", "cannot ALTER TABLE \"users\" because it has pending trigger events"),
    ("42501", "ALTER TABLE users ADD x int", "must be owner of table users"),
    ("53100", "ALTER TABLE users ALTER age TYPE integer USING 1", "could not extend file: No space left on device"),
];

fn report(major: u8, migration: &str, given: &Given) -> Failure {
    let file = |name: &str, text: &str| File { name: name.into(), text: text.into() };
    let (files, schema) = (vec![file("up.sql", migration)], vec![file("schema.sql", SCHEMA)]);
    let request = Request { files, schema, postgres: major, ..Request::default() };
    failure(&request, given).unwrap_or_else(|why| panic!("{migration}: {why:?}"))
}

/// The items that fail, on a new database where the migration has failed.
fn refused(migration: &str, sqlstate: Option<&str>, failure: &Failure) -> Vec<String> {
    let mut session = Session::open(&common::database().unwrap()).unwrap();
    session.run(SCHEMA).outcome.unwrap();
    if let Some(sqlstate) = sqlstate {
        assert_eq!(session.run(migration).outcome.unwrap_err().sqlstate, sqlstate, "{migration}");
        session.run("ROLLBACK").outcome.unwrap();
    }
    let mut wrong = vec![];
    for item in &failure.resolution {
        assert!(item.starts_with("-- "), "{item}");
        if let Err(error) = session.run(item).outcome {
            wrong.push(format!("{migration}: {item}: {error:?}"));
        }
    }
    wrong
}

#[test]
fn every_item_runs_after_a_failure_that_was_predicted() {
    let Some(cluster) = common::cluster() else { return };
    let mut wrong = vec![];
    for (sqlstate, migration) in PREDICTED {
        let failure = report(cluster.binaries().major, migration, &Given::default());
        assert_eq!(failure.sqlstate, sqlstate, "{migration}");
        assert!(!failure.resolution.is_empty(), "{migration}");
        wrong.extend(refused(migration, Some(sqlstate), &failure));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_item_runs_after_a_failure_that_a_server_has_told_of() {
    let Some(cluster) = common::cluster() else { return };
    let mut wrong = vec![];
    for (sqlstate, migration, message) in GIVEN {
        let given =
            Given { sqlstate: Some(sqlstate.into()), message: Some(message.into()), step: Some(1), task_id: None };
        let failure = report(cluster.binaries().major, migration, &given);
        assert!(!failure.resolution.is_empty() && failure.summary.contains(message), "{migration}");
        wrong.extend(refused(migration, None, &failure));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn rows_in_the_way_are_out_of_it_once_the_items_are_done() {
    let Some(cluster) = common::cluster() else { return };
    for migration in [
        "ALTER TABLE users ADD CONSTRAINT uq UNIQUE (email)",
        "ALTER TABLE users ALTER age TYPE integer USING age::integer",
        "ALTER TABLE orders ALTER code TYPE varchar(3)",
        "ALTER TABLE orders ALTER total TYPE integer",
        "ALTER TABLE orders ALTER price TYPE integer",
    ] {
        let failure = report(cluster.binaries().major, migration, &Given::default());
        let mut session = Session::open(&common::database().unwrap()).unwrap();
        session.run(SCHEMA).outcome.unwrap();
        for item in &failure.resolution {
            session.run(item).outcome.unwrap();
        }
        session.run(migration).outcome.unwrap_or_else(|error| panic!("{migration}: {error:?}"));
    }
}
