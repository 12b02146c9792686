//! Runs a safe plan: locks asked for briefly and again, backfills in batches, gates before steps that rows can fail.

mod backfill;

use std::time::{Duration, Instant};

use lockstep_core::report::safe_plan::wire::{Patience, SafePlan, Stage, Step};
use lockstep_core::report::wire::Precondition;
use postgres::Client;

use crate::error::{Error, Result};
use crate::session::{Failure, Target, failure};

/// What is said while a plan runs.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    StageBegins(&'a Stage),
    StepBegins(&'a Step),
    /// Its lock could not be had in time; it is tried again.
    Again {
        step: &'a Step,
        attempt: u32,
    },
    /// Of a backfill: how far it is, from 0 to 1, and how many rows it has changed.
    Rows {
        step: &'a Step,
        share: f64,
        rows: u64,
    },
    StepEnds {
        step: &'a Step,
        time: Duration,
        attempts: u32,
    },
}

#[derive(Debug, Clone)]
pub struct Options {
    /// How long a step tries to get its locks before it gives up.
    pub patience: Duration,
    /// Skip the queries that tell whether a step can succeed.
    pub without_gates: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { patience: Duration::from_secs(600), without_gates: false }
    }
}

/// Runs the stages that `begin` lets begin, one after another; it is asked before each, so that the application can
/// be deployed. Where a step fails, those before it stay done, and the error says which it was.
pub fn execute(
    plan: &SafePlan,
    target: &Target,
    options: &Options,
    begin: &mut dyn FnMut(&Stage) -> bool,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<()> {
    let mut client = target.connect()?;
    run(&mut client, "SET search_path = public").map_err(|failure| failed(0, failure))?;
    for stage in &plan.stages {
        if !begin(stage) {
            return Ok(());
        }
        tell(Event::StageBegins(stage));
        for step in &stage.steps {
            tell(Event::StepBegins(step));
            let start = Instant::now();
            let attempts =
                self::step(&mut client, step, options, tell).map_err(|failure| failed(step.index, failure))?;
            tell(Event::StepEnds { step, time: start.elapsed(), attempts });
        }
    }
    Ok(())
}

fn failed(step: usize, failure: Failure) -> Error {
    Error::PlanStep { step, sqlstate: failure.sqlstate, message: failure.message }
}

fn run(client: &mut Client, sql: &str) -> std::result::Result<(), Failure> {
    client.batch_execute(sql).map_err(|error| failure(&error))
}

/// One step; returns how often it was tried.
fn step(
    client: &mut Client,
    step: &Step,
    options: &Options,
    tell: &mut dyn FnMut(Event<'_>),
) -> std::result::Result<u32, Failure> {
    if !options.without_gates {
        for gate in &step.gates {
            check(client, gate)?;
        }
    }
    if let Some(backfill) = &step.backfill {
        backfill::run(client, backfill, options.patience, &mut |share, rows| tell(Event::Rows { step, share, rows }))?;
        return Ok(1);
    }
    let Some(patience) = step.patience else {
        run(client, "SET lock_timeout = 0")?;
        once(client, step)?;
        return Ok(1);
    };
    run(client, &format!("SET lock_timeout = {}", patience.lock_timeout_ms))?;
    let start = Instant::now();
    let mut attempt = 1;
    loop {
        match once(client, step) {
            Err(it) if it.sqlstate == "55P03" && start.elapsed() < options.patience => {
                tell(Event::Again { step, attempt });
                std::thread::sleep(pause(patience));
                attempt += 1;
            }
            other => return other.map(|()| attempt),
        }
    }
}

/// Somewhere between the bounds, so that two that wait do not meet again and again.
fn pause(patience: Patience) -> Duration {
    Duration::from_millis(u64::from(fastrand::u32(patience.pause_low_ms..=patience.pause_high_ms)))
}

fn once(client: &mut Client, step: &Step) -> std::result::Result<(), Failure> {
    if step.kind != "transaction" {
        return step.statements.iter().try_for_each(|sql| run(client, sql));
    }
    run(client, "BEGIN")?;
    let done = step.statements.iter().try_for_each(|sql| run(client, sql)).and_then(|()| run(client, "COMMIT"));
    if done.is_err() {
        // The first error is the one to tell.
        let _ = run(client, "ROLLBACK");
    }
    done
}

/// A gate that does not hold is the failure that the step would end in. Those whose answer is no number are for people.
fn check(client: &mut Client, gate: &Precondition) -> std::result::Result<(), Failure> {
    let rows = client.simple_query(&gate.query).map_err(|error| failure(&error))?;
    let found = rows.iter().find_map(|it| match it {
        postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("null").to_owned()),
        _ => None,
    });
    let found = found.unwrap_or_else(|| "no row".into());
    if found == gate.expected || gate.expected.parse::<i64>().is_err() {
        return Ok(());
    }
    Err(Failure {
        sqlstate: gate.sqlstate.clone(),
        message: format!("not begun, since the rows do not fit: {} yields {found}, not {}", gate.query, gate.expected),
        ..Failure::default()
    })
}
