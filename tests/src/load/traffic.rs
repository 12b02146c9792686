//! Requests at a fixed rate, whether or not earlier ones have been answered, through one pool of connections.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use lockstep_pg::session::Target;
use postgres::{Client, Statement};

use super::Load;

/// Of ten requests, how many write.
const WRITES_OF_TEN: u8 = 2;
const LONG: Duration = Duration::from_secs(1);

/// What the application says, once a stage of the plan is about to begin.
#[derive(Debug, Clone, Default)]
pub(super) struct Queries {
    pub(super) from_stage: usize,
    pub(super) reads: Vec<String>,
    pub(super) writes: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Application {
    /// In the order of their stages; the first from the beginning.
    pub(super) versions: Vec<Queries>,
    pub(super) rows: u64,
}

/// How long requests took, from when they were due to their answer.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub requests: usize,
    pub worst: Duration,
    pub p99: Duration,
    /// That took longer than a second.
    pub long: usize,
    /// By SQLSTATE.
    pub failed: BTreeMap<String, usize>,
}

impl Seen {
    pub fn failures(&self) -> usize {
        self.failed.values().sum()
    }
}

struct Shared {
    application: Application,
    /// Of the application, by connection: odd ones are deployed first.
    versions: [AtomicUsize; 2],
    next: AtomicU64,
    stop: AtomicBool,
    start: Instant,
    interval: Duration,
}

/// Requests that come until it is stopped.
pub struct Traffic {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<Counted>>,
}

#[derive(Default)]
struct Counted {
    times: Vec<Duration>,
    failed: BTreeMap<String, usize>,
}

impl Traffic {
    pub(super) fn start(target: &Target, application: &Application, load: Load) -> Result<Traffic, String> {
        let mut connections = vec![];
        for _ in 0..load.connections {
            let mut worker = Worker { client: super::connect(target)?, prepared: HashMap::new() };
            let first = &application.versions[0];
            for sql in first.reads.iter().chain(&first.writes) {
                // A pool that has been in use: its statements are prepared.
                worker.prepare(sql).map_err(|error| format!("{sql}: {error}"))?;
            }
            connections.push(worker);
        }
        let shared = Arc::new(Shared {
            application: application.clone(),
            versions: [AtomicUsize::new(0), AtomicUsize::new(0)],
            next: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            start: Instant::now(),
            interval: Duration::from_secs(1) / load.requests_per_second,
        });
        let workers = connections.into_iter().enumerate().map(|(number, worker)| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || worker.work(number, &shared))
        });
        Ok(Traffic { workers: workers.collect(), shared })
    }

    /// Brings the application to the version that `stage` asks for, half of it after the other.
    pub fn deploy(&self, stage: usize, apart: Duration) {
        let versions = &self.shared.application.versions;
        let wanted = versions.iter().rposition(|it| it.from_stage <= stage).unwrap_or(0);
        if self.shared.versions.iter().all(|it| it.load(Ordering::Relaxed) == wanted) {
            return;
        }
        for version in &self.shared.versions {
            version.store(wanted, Ordering::Relaxed);
            std::thread::sleep(apart);
        }
    }

    pub fn stop(self) -> Seen {
        self.shared.stop.store(true, Ordering::Relaxed);
        let mut times = vec![];
        let mut seen = Seen::default();
        for worker in self.workers {
            let Ok(counted) = worker.join() else { continue };
            times.extend(counted.times);
            for (sqlstate, count) in counted.failed {
                *seen.failed.entry(sqlstate).or_default() += count;
            }
        }
        times.sort_unstable();
        seen.requests = times.len();
        seen.worst = times.last().copied().unwrap_or_default();
        seen.p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
        seen.long = times.iter().filter(|it| **it > LONG).count();
        seen
    }
}

struct Worker {
    client: Client,
    prepared: HashMap<String, Statement>,
}

impl Worker {
    fn prepare(&mut self, sql: &str) -> Result<Statement, postgres::Error> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Takes the next request that is due, as long as there are any: those that came while every connection was
    /// busy have waited since they were due.
    fn work(mut self, number: usize, shared: &Shared) -> Counted {
        let mut counted = Counted::default();
        while !shared.stop.load(Ordering::Relaxed) {
            let request = shared.next.fetch_add(1, Ordering::Relaxed);
            let due = shared.start + shared.interval * u32::try_from(request).unwrap_or(u32::MAX);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let version = shared.versions[number % 2].load(Ordering::Relaxed);
            let queries = &shared.application.versions[version];
            let of = if fastrand::u8(..10) < WRITES_OF_TEN { &queries.writes } else { &queries.reads };
            let sql = &of[fastrand::usize(..of.len())];
            let row = i64::try_from(fastrand::u64(1..=shared.application.rows)).unwrap_or(1);
            let done = self.prepare(sql).and_then(|it| self.client.query(&it, &[&row]));
            counted.times.push(due.elapsed());
            if let Err(error) = done {
                let sqlstate = error.code().map_or_else(|| error.to_string(), |it| it.code().to_owned());
                *counted.failed.entry(sqlstate).or_default() += 1;
            }
        }
        counted
    }
}
