//! Rehearses a migration: up, compare, down, compare, up again, on a scratch database. The prediction is
//! made for that server's version, and every claim that a server can refute is put to it.

pub mod back;
pub mod compare;
pub mod report;
pub mod schema;

mod forward;
mod scratch;
mod start;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lockstep_core::pg::version::PgVersion;
use lockstep_core::report::wire;
use serde_json::Value;

use crate::catalog;
use crate::cluster::Cluster;
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::rehearse::report::{Rehearsal, Rollback, Summary, Verdict};
use crate::rehearse::scratch::Scratch;
use crate::session::Target;

#[derive(Debug, Clone)]
pub struct Options {
    /// A folder with `initdb` and `postgres`.
    pub pg_bin: Option<PathBuf>,
    /// The major version asked for; otherwise the newest server that is found.
    pub postgres: Option<u8>,
    /// A scratch database to use instead of a throwaway server.
    pub url: Option<String>,
    pub allow_non_empty: bool,
    /// For one statement.
    pub limit: Duration,
    /// Whether the way back is rehearsed too.
    pub rollback: bool,
    /// Set from elsewhere (a signal) to stop and clean up.
    pub interrupted: Arc<AtomicBool>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            pg_bin: None,
            postgres: None,
            url: None,
            allow_non_empty: false,
            limit: Duration::from_secs(60),
            rollback: true,
            interrupted: Arc::default(),
        }
    }
}

/// Why one attempt ended early.
enum Interruption {
    Error(Error),
    /// A statement names a role that the server lacks: on a throwaway server it is made, and all begins anew.
    MissingRole(String),
}

impl From<Error> for Interruption {
    fn from(error: Error) -> Self {
        Interruption::Error(error)
    }
}

impl From<postgres::Error> for Interruption {
    fn from(error: postgres::Error) -> Self {
        Interruption::Error(error.into())
    }
}

/// More roles than that in one migration are a mistake somewhere.
const MOST_ROLES: usize = 100;

/// `progress` is told what happens, in a few words.
pub fn rehearse(request: &wire::Request, options: &Options, progress: &mut dyn FnMut(&str)) -> Result<Rehearsal> {
    let scratch = match &options.url {
        Some(url) => Scratch::given(Target::url(url)?, options.allow_non_empty)?,
        None => {
            progress("starting a throwaway PostgreSQL");
            let cluster = Cluster::find_and_start(options.pg_bin.as_deref(), options.postgres)?;
            Scratch::Throwaway { cluster: Box::new(cluster) }
        }
    };
    let mut rehearsal = attempts(request, options, &scratch, progress);
    if !scratch.is_throwaway() {
        progress("cleaning up");
        let left = scratch.clean();
        if let (Ok(rehearsal), Ok(left)) = (&mut rehearsal, &left) {
            rehearsal.notes.extend(left.iter().map(|it| format!("{it} could not be removed from the database")));
        }
    }
    rehearsal
}

fn attempts(
    request: &wire::Request,
    options: &Options,
    scratch: &Scratch,
    progress: &mut dyn FnMut(&str),
) -> Result<Rehearsal> {
    let mut roles = vec![];
    loop {
        match attempt(request, options, scratch, progress) {
            Ok(mut rehearsal) => {
                rehearsal.notes.extend(
                    roles.iter().map(|role| format!("role {role} is made for the rehearsal: no statement creates it")),
                );
                rehearsal.sum_up();
                return Ok(rehearsal);
            }
            Err(Interruption::Error(error)) => return Err(error),
            Err(Interruption::MissingRole(role)) => {
                if roles.len() == MOST_ROLES || roles.contains(&role) {
                    return Err(Error::Query(format!("role {role} cannot be made for the rehearsal")));
                }
                let name = role.replace('"', "\"\"");
                scratch.begin()?.connect()?.batch_execute(&format!("CREATE ROLE \"{name}\""))?;
                roles.push(role);
            }
        }
    }
}

fn attempt(
    request: &wire::Request,
    options: &Options,
    scratch: &Scratch,
    progress: &mut dyn FnMut(&str),
) -> std::result::Result<Rehearsal, Interruption> {
    let target = scratch.begin()?;
    let mut observer = observer(&target, options)?;
    let (server, major) = version(&mut observer)?;
    let mut request = wire::Request { postgres: major, ..request.clone() };
    let prediction = predict(&request);
    let mut notes: Vec<String> =
        prediction.trace.diagnostics.iter().filter(|it| it.severity != "note").map(diagnostic).collect();
    progress("setting up the starting schema");
    start::set_up(&request, &mut observer, scratch.is_throwaway(), &mut notes)?;
    let start = State::of(&mut observer)?;
    progress("running the migration");
    let understood = observer.session.speaks_english()?;
    let rules = forward::Rules { makes_roles: scratch.is_throwaway(), understood, interrupted: &options.interrupted };
    // A session of its own, as the migration has one.
    let mut observer = self::observer(&target, options)?;
    let up = forward::run(&prediction.trace, &mut observer, &rules)?;
    notes.extend(up.notes.iter().cloned());
    let end = State::of(&mut observer)?;
    let schema = match scratch.was_empty() {
        true => schema::verdict(&prediction, &up, &end.schema),
        false => Verdict::not_measured("the database held other objects before"),
    };
    let mut rehearsal = Rehearsal {
        format: "lockstep-rehearsal/1".into(),
        postgres: major,
        server,
        runner: prediction.trace.runner.clone(),
        notes,
        steps: up.steps,
        transactions: up.transactions,
        schema,
        rollback: None,
        again: None,
        summary: Summary::default(),
    };
    if options.rollback && up.settled > 0 {
        progress("rehearsing the way back");
        request.step = Some(up.settled).filter(|_| !up.complete);
        let rollback = on_a_deep_stack(|| lockstep_core::report::rollback(&request));
        let back = match rollback.from_step {
            // Steps were made and none is gone back from: nothing was computed.
            0 => Rollback::missing(&rollback.grade),
            _ => back::prove(&rollback, &target, options, &start)?,
        };
        let is_back = back.is_back();
        rehearsal.rollback = Some(back);
        if is_back && up.complete {
            progress("running the migration again");
            let mut observer = self::observer(&target, options)?;
            let second = forward::run(&prediction.trace, &mut observer, &rules)?;
            let schema_again = State::of(&mut observer)?.schema;
            rehearsal.again = Some(back::again(&rehearsal.steps, &second.steps, &end.schema, &schema_again));
        }
    }
    Ok(rehearsal)
}

fn observer(target: &Target, options: &Options) -> Result<Observer> {
    let mut observer = Observer::open(target)?;
    observer.session.limit = options.limit;
    observer.session.interrupted = Arc::clone(&options.interrupted);
    Ok(observer)
}

fn version(observer: &mut Observer) -> Result<(String, u8)> {
    let row = observer.watcher().query_one(
        "SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000",
        &[],
    )?;
    let (name, major): (String, i32) = (row.get(0), row.get(1));
    match u8::try_from(major).ok().filter(|major| PgVersion::from_major(*major).is_some()) {
        Some(major) => Ok((name, major)),
        None => Err(Error::NoServer(format!("the server is PostgreSQL {name}; supported are 14 to 18"))),
    }
}

fn diagnostic(it: &wire::Diagnostic) -> String {
    format!("{}:{}: {}", it.file, it.line, it.message)
}

/// A database at one moment.
pub struct State {
    pub schema: Value,
    /// A digest for each table.
    pub rows: serde_json::Map<String, Value>,
}

impl State {
    pub fn of(observer: &mut Observer) -> Result<Self> {
        Ok(State { schema: catalog::normal_form(observer.watcher())?, rows: catalog::contents(observer.watcher())? })
    }
}

struct Prediction {
    trace: wire::Trace,
    /// Whether no statement left anything that the model does not know.
    certain: bool,
}

fn predict(request: &wire::Request) -> Prediction {
    let predict = || {
        let trace = lockstep_core::report::trace(request);
        Prediction { certain: trace.end.uncertain.is_certain(), trace: lockstep_core::report::json::trace(&trace) }
    };
    on_a_deep_stack(predict)
}

fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(lockstep_core::STACK).spawn_scoped(scope, work);
        match thread.expect("a thread can be started").join() {
            Ok(value) => value,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn stop_if(interrupted: &AtomicBool) -> Result<()> {
    if interrupted.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
}
