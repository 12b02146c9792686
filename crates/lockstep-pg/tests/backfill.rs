//! Batches beside transactions that want the same rows in another order: nobody's but the batch's own gives way.

mod common;

use std::time::{Duration, Instant};

use lockstep_core::report::safe_plan::wire::SafePlan;
use lockstep_core::report::wire::{File, Request};
use lockstep_core::report::{plan, simulate};
use lockstep_pg::execute::{Options, execute};
use lockstep_pg::session::Target;

const SCHEMA: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL);
    INSERT INTO t SELECT n, 0 FROM generate_series(1, 4000) AS n;";

fn planned() -> SafePlan {
    let file = |name: &str, text: &str| File { name: name.into(), text: text.into() };
    let request = Request {
        files: vec![file("up.sql", "UPDATE t SET a = 1;")],
        schema: vec![file("schema.sql", SCHEMA)],
        ..Request::default()
    };
    assert_eq!(simulate(&request).steps.len(), 1);
    plan(&request)
}

/// An application's transaction has the last row, and wants the first once the batch waits for the last.
fn beside(target: &Target, migrate: impl FnOnce(&Target) -> Result<(), String>) {
    let mut client = target.connect().unwrap();
    client.batch_execute("BEGIN; UPDATE t SET a = 5 WHERE id = 4000").unwrap();
    let other = std::thread::spawn(move || {
        let began = Instant::now();
        std::thread::sleep(Duration::from_millis(25));
        let crossed = client.batch_execute("UPDATE t SET a = 5 WHERE id = 1; COMMIT");
        (crossed, began.elapsed())
    });
    migrate(target).unwrap();
    let (crossed, took) = other.join().unwrap();
    crossed.expect("the application's transaction is not ended");
    // A deadlock is looked for after a second.
    assert!(took < Duration::from_millis(900), "{took:?}");
    let left = target.connect().unwrap().query_one("SELECT count(*) FROM t WHERE a NOT IN (1, 5)", &[]).unwrap();
    assert_eq!(left.get::<_, i64>(0), 0);
}

#[test]
fn the_executed_batch_gives_way() {
    let Some(target) = common::database() else { return };
    target.connect().unwrap().batch_execute(SCHEMA).unwrap();
    beside(&target, |target| {
        let done = execute(&planned(), target, &Options::default(), &mut |_| true, &mut |_| {});
        done.map_err(|error| error.to_string())
    });
}

#[test]
fn the_script_gives_way() {
    let Some(target) = common::database() else { return };
    target.connect().unwrap().batch_execute(SCHEMA).unwrap();
    let plan = planned();
    let block = &plan.stages[0].steps[0].statements[0];
    assert!(block.starts_with("DO "), "{block}");
    beside(&target, |target| {
        let mut client = target.connect().map_err(|error| error.to_string())?;
        client.batch_execute(block).map_err(|error| format!("{error:?}"))
    });
}
