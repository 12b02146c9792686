//! The way back of every pair of the core's tests as a script on a real server: it leads to the start, runs a second
//! time without doing anything, and runs where its tables are gone.
//!
//! Without a server on this machine nothing runs, which is said, and is a failure where `CI` is set.

#[path = "../crates/lockstep-core/src/rollback/tests/pairs.rs"]
mod pairs;

/// What the pairs use of the core.
mod rollback {
    pub(crate) use lockstep_core::rollback::Grade;
}

use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::{Arguments, Failed, Trial};
use lockstep_core::input::sql::split::{PieceKind, split};
use lockstep_core::report::wire::{File, Request};
use lockstep_core::report::{rollback, wire};
use lockstep_pg::difference::{Leniency, comparable, difference};
use lockstep_pg::session::{Session, Target};
use lockstep_pg::{Cluster, Error, catalog};
use pairs::{PAIRS, Pair};
use serde_json::Value;

fn main() {
    let arguments = Arguments::from_args();
    let cluster = match Cluster::find_and_start(None, None) {
        Ok(cluster) => Arc::new(Mutex::new(cluster)),
        Err(Error::NoServer(text)) if std::env::var_os("CI").is_none() => {
            println!("NOT RUN: {text}");
            return;
        }
        Err(error) => {
            eprintln!("error: {error}");
            std::process::exit(1);
        }
    };
    let trial = |pair: &'static Pair| {
        let cluster = cluster.clone();
        Trial::test(pair.name, move || {
            let cluster = cluster.lock().unwrap_or_else(PoisonError::into_inner);
            goes_back(pair, &cluster)
        })
    };
    let trials = PAIRS.iter().map(trial).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    // Exiting runs no destructor: the server has to go first.
    drop(cluster);
    conclusion.exit();
}

fn goes_back(pair: &Pair, cluster: &Cluster) -> Result<(), Failed> {
    let file = |name: &str, text: &str| File { name: name.into(), text: text.into() };
    let request = Request {
        files: vec![file("up.sql", pair.migration)],
        schema: vec![file("schema.sql", pair.schema)],
        postgres: cluster.binaries().major,
        ..Request::default()
    };
    let back = rollback(&request);
    if back.grade != pair.grade.word() {
        return Err(format!("{} where {} is right: {:?}", back.grade, pair.grade.word(), back.impossible).into());
    }
    if back.grade == "impossible" {
        return Ok(());
    }
    let database = cluster.create_database()?;
    let outcome = there_and_back(pair, &back, &database);
    // Roles belong to the whole cluster.
    let mut session = Session::open(&database)?;
    let _ = session.client().batch_execute("DROP OWNED BY app CASCADE");
    session.client().batch_execute("DROP ROLE IF EXISTS app")?;
    outcome
}

fn there_and_back(pair: &Pair, back: &wire::Rollback, database: &Target) -> Result<(), Failed> {
    // The pairs take a role for granted that some of them make.
    if ![pair.schema, pair.migration].iter().any(|it| it.contains("CREATE ROLE")) {
        run(database, "CREATE ROLE app", "the role")?;
    }
    let start = run(database, pair.schema, "the start")?;
    run(database, pair.migration, "the migration")?;
    run(database, &back.sql, "the way back")?;
    // There are no rows that would not allow it.
    let rest: String = back.unfinished.iter().map(|it| format!("{it};\n")).collect();
    let once = run(database, &rest, "what is left to do")?;
    same(&start, &once, back, "after the way back")?;
    let twice = run(database, &back.sql, "the way back, run again")?;
    same(&once, &twice, back, "after running it again")?;
    // Nothing can be made over another table that is gone: no view, no foreign key, no index by itself.
    if [" VIEW ", " REFERENCES ", " INDEX CONCURRENTLY "].iter().any(|it| back.sql.contains(it)) {
        return Ok(());
    }
    let mut session = Session::open(database)?;
    if let Some(sql) = session.client().query_one(DROP_TABLES, &[])?.get::<_, Option<String>>(0) {
        session.client().batch_execute(&sql)?;
    }
    run(database, &back.sql, "the way back, where the tables are gone")?;
    Ok(())
}

const DROP_TABLES: &str = "SELECT 'DROP TABLE ' || string_agg(oid::regclass::text, ', ') || ' CASCADE' FROM pg_class \
    WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'";

/// Runs it as psql would, and answers the catalog afterwards.
fn run(database: &Target, sql: &str, what: &str) -> Result<Value, Failed> {
    let mut session = Session::open(database)?;
    for piece in split(sql).value.iter().filter(|it| it.kind == PieceKind::Statement) {
        let statement = &sql[piece.span.start as usize..piece.span.end as usize];
        let outcome = session.run(statement).outcome;
        outcome.map_err(|it| format!("{what}: {statement}: {} {}\n{sql}", it.sqlstate, it.message))?;
    }
    Ok(catalog::normal_form(session.client())?)
}

fn same(was: &Value, is: &Value, back: &wire::Rollback, when: &str) -> Result<(), Failed> {
    // What is lost may be a place in the table, or a NOT NULL that is left to do by hand.
    let column_order = back.grade != "exact";
    let form = |it: &Value| comparable(it, Leniency { column_order, ..Leniency::BACK });
    let mut found = difference(&form(was), &form(is));
    found.retain(|it| back.grade == "exact" || !(it.contains("notnull") || it.contains("NOT NULL")));
    if found.is_empty() { Ok(()) } else { Err(format!("{when}:\n{}\n{}", found.join("\n"), back.sql).into()) }
}
