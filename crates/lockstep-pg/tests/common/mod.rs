//! One server for all tests of a file, one database for each.

#![allow(dead_code, unreachable_pub)]

use std::sync::OnceLock;

use lockstep_pg::observe::{Observation, Observer, Place};
use lockstep_pg::session::Target;
use lockstep_pg::{Cluster, Error};

/// `None`, and a word about it, where this machine has no server; in CI that is a failure.
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER
        .get_or_init(|| match Cluster::find_and_start(None, None) {
            Ok(cluster) => Some(cluster),
            Err(Error::NoServer(text)) if std::env::var_os("CI").is_none() => {
                eprintln!("NOT RUN: {text}");
                None
            }
            Err(error) => panic!("{error}"),
        })
        .as_ref()
}

pub fn database() -> Option<Target> {
    Some(cluster()?.create_database().unwrap())
}

/// A session on a new database that already holds `schema`.
pub fn observer(schema: &str) -> Option<Observer> {
    let mut observer = Observer::open(&database()?).unwrap();
    observer.watcher().batch_execute(schema).unwrap();
    Some(observer)
}

pub fn alone(observer: &mut Observer, sql: &str) -> Observation {
    observer.run(sql, Place::Alone, &[]).unwrap()
}

pub fn within(observer: &mut Observer, sql: &str) -> Observation {
    observer.run(sql, Place::InTransaction, &[]).unwrap()
}

/// `t AccessExclusiveLock`, with `new` before what the statement made.
pub fn locks(observation: &Observation) -> Vec<String> {
    let line = |lock: &lockstep_pg::observe::HeldLock| {
        format!("{}{} {}", if lock.new { "new " } else { "" }, lock.relation, lock.mode)
    };
    observation.locks.iter().map(line).collect()
}

pub fn work(observation: &Observation) -> Vec<String> {
    let line = |work: &lockstep_core::report::wire::Work| {
        format!("{} {}", work.kind, work.object.as_ref().unwrap_or(&work.relation))
    };
    observation.work.iter().map(line).collect()
}
