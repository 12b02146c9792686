//! A migration while an application uses its tables: what each of its requests waits for, and which fail.
//!
//! A scenario is a `.sql` of `tests/load`, a case whose header holds the application: `-- read: …` and `-- write: …`
//! are its queries, `$1` a row's number from 1 to the number of rows; `-- from stage 4, read: …` those that it says
//! once stage 4 of the safe plan is about to begin. `-- tables: orders` takes the starting schema of
//! `tests/load/tables/orders.sql`, and its application where the scenario has none. `{rows}` stands for the number of rows.

mod traffic;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use lockstep_core::report::plan;
use lockstep_core::report::wire;
use lockstep_pg::Cluster;
use lockstep_pg::execute::{Event, Options, execute};
use lockstep_pg::session::Target;

use crate::case::{Case, MIGRATION, header};
use crate::psql::run;
use crate::{files, repository};
use traffic::{Application, Queries};
pub use traffic::{Seen, Traffic};

/// From one half of the application to the other.
const DEPLOY: Duration = Duration::from_millis(500);

/// How hard the application works.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Of the largest table.
    pub rows: u64,
    pub requests_per_second: u32,
    pub connections: usize,
    /// Without any migration.
    pub control: Duration,
    /// Before a migration begins, and after its end.
    pub margin: Duration,
}

impl Default for Load {
    fn default() -> Self {
        Load {
            rows: 2_000_000,
            requests_per_second: 500,
            connections: 16,
            control: Duration::from_secs(10),
            margin: Duration::from_secs(1),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Scenario {
    pub name: String,
    case: Case,
    application: Application,
}

/// What the application saw of one way to migrate.
#[derive(Debug, Clone, Default)]
pub struct Run {
    pub seen: Seen,
    pub time: Duration,
    /// How often a step asked for its locks again.
    pub again: u32,
    /// Why the migration did not come to its end.
    pub error: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Outcome {
    pub name: String,
    pub control: Seen,
    pub original: Run,
    pub safe: Run,
}

impl Outcome {
    /// Nobody waits longer than `max(60 ms, 3 × control)`.
    pub fn is_unnoticed(&self) -> bool {
        self.safe.seen.worst <= (3 * self.control.worst).max(Duration::from_millis(60))
    }

    /// How many times longer the worst request of the original waits.
    pub fn ratio(&self) -> f64 {
        self.original.seen.worst.as_secs_f64() / self.safe.seen.worst.as_secs_f64().max(1e-6)
    }
}

impl Scenario {
    pub fn read(path: &Path, load: Load) -> Result<Scenario, String> {
        let mut text = read(path)?;
        if let Some(tables) = header(&text, "tables") {
            let shared = path.with_file_name("tables").join(format!("{tables}.sql"));
            text = on_tables(&read(&shared)?, &text);
        }
        let text = text.replace("{rows}", &load.rows.to_string());
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let application = application(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Scenario { case: Case::new(&name, &text), name, application })
    }

    fn request(&self, major: u8) -> wire::Request {
        wire::Request { postgres: major, ..self.case.request() }
    }

    /// The control, the original and the safe plan, each on its own copy of the same tables.
    pub fn measure(&self, cluster: &Cluster, load: Load, tell: &mut dyn FnMut(&str)) -> Result<Outcome, String> {
        let plan = plan(&self.request(cluster.binaries().major));
        if let Some(stopped) = &plan.stopped {
            return Err(stopped.clone());
        }
        let left = plan.statements.iter().find(|it| it.verdict == "unsolved");
        if let Some(it) = left {
            return Err(format!("step {} is not solved: {}", it.step, it.why));
        }
        let (schema, migration) = self.case.parts();
        let template = format!("load_{}", self.name);
        tell("tables");
        fill(cluster, &template, &schema)?;

        let copy = |of: &str| copy(cluster, &template, &format!("{template}_{of}"));
        tell("control");
        let control = copy("control")?;
        let traffic = Traffic::start(&control, &self.application, load)?;
        std::thread::sleep(load.control);
        let seen = traffic.stop();
        drop_database(cluster, &format!("{template}_control"))?;

        tell("original");
        let original = self.under_load(&copy("original")?, load, &mut |target, traffic| {
            let done = run(target, &migration);
            traffic.deploy(usize::MAX, DEPLOY);
            done.map(|()| 0)
        })?;
        drop_database(cluster, &format!("{template}_original"))?;

        tell("safe plan");
        let safe = self.under_load(&copy("safe")?, load, &mut |target, traffic| {
            let mut again = 0;
            let mut begin = |stage: &lockstep_core::report::safe_plan::wire::Stage| {
                traffic.deploy(stage.index, DEPLOY);
                true
            };
            let mut tell = |event: Event<'_>| again += u32::from(matches!(event, Event::Again { .. }));
            let done = execute(&plan, target, &Options::default(), &mut begin, &mut tell);
            done.map(|()| again).map_err(|error| error.to_string())
        })?;
        drop_database(cluster, &format!("{template}_safe"))?;
        drop_database(cluster, &template)?;
        Ok(Outcome { name: self.name.clone(), control: seen, original, safe })
    }

    fn under_load(
        &self,
        target: &Target,
        load: Load,
        migrate: &mut dyn FnMut(&Target, &Traffic) -> Result<u32, String>,
    ) -> Result<Run, String> {
        let traffic = Traffic::start(target, &self.application, load)?;
        std::thread::sleep(load.margin);
        let start = Instant::now();
        let done = migrate(target, &traffic);
        let time = start.elapsed();
        std::thread::sleep(load.margin);
        let seen = traffic.stop();
        let (again, error) = match done {
            Ok(again) => (again, None),
            Err(error) => (0, Some(error)),
        };
        Ok(Run { seen, time, again, error })
    }
}

/// The scenarios of `tests/load`.
pub fn scenarios() -> Vec<PathBuf> {
    let folder = repository().join("tests/load");
    files(&folder, "sql").into_iter().filter(|it| it.parent() == Some(&folder)).collect()
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// A scenario on tables that several share.
fn on_tables(tables: &str, own: &str) -> String {
    let (application, migration) = own.split_once(MIGRATION).unwrap_or(("", own));
    let speaks = application.lines().any(|it| it.starts_with("-- read: "));
    let is_kept = |it: &&str| !speaks || !(it.starts_with("-- read: ") || it.starts_with("-- write: "));
    let tables: Vec<&str> = tables.lines().filter(is_kept).collect();
    format!("{}\n{}\n{MIGRATION}{migration}", application.trim_end(), tables.join("\n"))
}

/// Makes the tables and leaves them as a server in use keeps them: vacuumed, with statistics.
fn fill(cluster: &Cluster, name: &str, schema: &str) -> Result<(), String> {
    let mut postgres = connect(&cluster.database("postgres"))?;
    // What a checkpoint or an autovacuum does to the application is not the migration's doing, but it belongs to life.
    for setting in ["max_wal_size = '8GB'", "autovacuum = on"] {
        batch(&mut postgres, &format!("ALTER SYSTEM SET {setting}"))?;
    }
    batch(&mut postgres, "SELECT pg_reload_conf()")?;
    batch(&mut postgres, &format!("CREATE DATABASE {name} TEMPLATE template0"))?;
    let target = cluster.database(name);
    run(&target, schema)?;
    batch(&mut connect(&target)?, "VACUUM (ANALYZE)")?;
    batch(&mut postgres, "CHECKPOINT")
}

fn copy(cluster: &Cluster, template: &str, name: &str) -> Result<Target, String> {
    let mut postgres = connect(&cluster.database("postgres"))?;
    batch(&mut postgres, &format!("CREATE DATABASE {name} TEMPLATE {template}"))?;
    batch(&mut postgres, "CHECKPOINT")?;
    Ok(cluster.database(name))
}

fn drop_database(cluster: &Cluster, name: &str) -> Result<(), String> {
    batch(&mut connect(&cluster.database("postgres"))?, &format!("DROP DATABASE {name} WITH (FORCE)"))
}

fn connect(target: &Target) -> Result<postgres::Client, String> {
    target.connect().map_err(|error| error.to_string())
}

fn batch(client: &mut postgres::Client, sql: &str) -> Result<(), String> {
    client.batch_execute(sql).map_err(|error| format!("{sql}: {error}"))
}

/// The application of a scenario's header.
fn application(text: &str) -> Result<Application, String> {
    let rows = header(text, "rows").and_then(|it| it.parse().ok()).ok_or("no `-- rows:` in its header")?;
    let mut versions = vec![Queries::default()];
    for line in text.lines().take_while(|it| !it.starts_with("-- lockstep:") && *it != MIGRATION) {
        let Some(line) = line.strip_prefix("-- ") else { continue };
        let (from, line) = match line.strip_prefix("from stage ").and_then(|it| it.split_once(", ")) {
            Some((stage, line)) => (stage.parse().map_err(|_| format!("no stage {stage}"))?, line),
            None => (0, line),
        };
        let (reads, sql) = match (line.strip_prefix("read: "), line.strip_prefix("write: ")) {
            (Some(sql), _) => (true, sql),
            (_, Some(sql)) => (false, sql),
            _ => continue,
        };
        if versions.last().is_none_or(|it| it.from_stage != from) {
            versions.push(Queries { from_stage: from, ..Queries::default() });
        }
        if let Some(last) = versions.last_mut() {
            if reads { last.reads.push(sql.to_owned()) } else { last.writes.push(sql.to_owned()) }
        }
    }
    match versions.iter().all(|it| !it.reads.is_empty() && !it.writes.is_empty()) {
        true => Ok(Application { versions, rows }),
        false => Err("every version of the application reads and writes".into()),
    }
}
