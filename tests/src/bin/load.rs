//! `load`: migrations and their safe plans while an application uses the tables: `cargo xtask load`.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use lockstep_pg::Cluster;
use lockstep_tests::load::{Load, Outcome, Run, Scenario, Seen, scenarios};

use serde_json::{Value, json};

const USAGE: &str = "usage: load [--only NAME]… [--rows N] [--rate N] [--connections N] [--control SECONDS]
            [--postgres N] [--pg-bin DIR] [--json FILE]

  Runs every scenario of tests/load three times, each on its own copy of the tables: with no migration (control), with
  the migration as it is written (original), and by the safe plan. Requests come at a fixed rate, whether or not earlier
  ones have been answered, through one pool; a request's time counts from when it was due.

  --only NAME        scenarios whose name contains NAME
  --rows N           rows of the largest table (default 2000000)
  --rate N           requests a second (default 500)
  --connections N    of the pool (default 16)
  --control SECONDS  how long without a migration (default 10)
  --postgres N       the server's major version (default: what is installed)
  --pg-bin DIR       the folder with `initdb` and `postgres`
  --json FILE        every figure, as JSON

Exit status: 1 where a request fails under a safe plan, or one waits longer than max(60 ms, 3 × control) and longer
than a twentieth of the original's.
examples: load --only set_not_null
          load --rows 5000000 --json load.json";

#[derive(Default)]
struct Arguments {
    load: Load,
    only: Vec<String>,
    postgres: Option<u8>,
    pg_bin: Option<PathBuf>,
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match measure(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(3)
        }
    }
}

fn arguments() -> Result<Option<Arguments>, String> {
    fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
        text.parse().map_err(|_| format!("`{text}` is no number"))
    }
    let mut found = Arguments::default();
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        if name == "--help" || name == "-h" {
            return Ok(None);
        }
        let value = given.next().ok_or(format!("`{name}` is unknown or lacks its value"))?;
        match name.as_str() {
            "--only" => found.only.push(value),
            "--rows" => found.load.rows = number(&value)?,
            "--rate" => found.load.requests_per_second = number(&value)?,
            "--connections" => found.load.connections = number(&value)?,
            "--control" => found.load.control = Duration::from_secs(number(&value)?),
            "--postgres" => found.postgres = Some(number(&value)?),
            "--pg-bin" => found.pg_bin = Some(value.into()),
            "--json" => found.json = Some(value.into()),
            _ => return Err(format!("`{name}` is unknown")),
        }
    }
    match found.load.rows >= 1000 && found.load.requests_per_second > 0 && found.load.connections > 0 {
        true => Ok(Some(found)),
        false => Err("at least 1000 rows, one request a second and one connection".into()),
    }
}

fn measure(arguments: &Arguments) -> Result<bool, String> {
    let load = arguments.load;
    let cluster =
        Cluster::find_and_start(arguments.pg_bin.as_deref(), arguments.postgres).map_err(|error| error.to_string())?;
    println!(
        "PostgreSQL {}: {} rows, {} requests a second through {} connections",
        cluster.binaries().version,
        load.rows,
        load.requests_per_second,
        load.connections
    );
    let mut all_well = true;
    let mut found = vec![];
    for path in scenarios() {
        let scenario = Scenario::read(&path, load)?;
        if !arguments.only.is_empty() && !arguments.only.iter().any(|it| scenario.name.contains(it)) {
            continue;
        }
        let mut tell = |what: &str| {
            eprint!("\r\x1b[K{}: {what} …", scenario.name);
            let _ = std::io::stderr().flush();
        };
        let outcome = scenario.measure(&cluster, load, &mut tell).map_err(|it| format!("{}: {it}", scenario.name))?;
        eprint!("\r\x1b[K");
        println!("{}", text(&outcome));
        let hidden = outcome.is_unnoticed() || outcome.ratio() >= 20.0;
        all_well &= hidden && outcome.safe.seen.failures() == 0 && outcome.safe.error.is_none();
        found.push(json(&outcome));
    }
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(&found).unwrap_or_default();
        std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(all_well)
}

fn text(outcome: &Outcome) -> String {
    let verdict = if outcome.is_unnoticed() { "unnoticed" } else { "noticed" };
    let shorter = match outcome.ratio() {
        ratio if ratio >= 1.0 => format!(", the worst wait is {ratio:.0} times shorter"),
        _ => String::new(),
    };
    let lines = [
        format!("{}: {verdict}{shorter}", outcome.name),
        format!("  control    {}", seen(&outcome.control)),
        format!("  original   {}", ran(&outcome.original)),
        format!("  safe plan  {}", ran(&outcome.safe)),
    ];
    lines.join("\n")
}

fn ran(run: &Run) -> String {
    let again = if run.again > 0 { format!(", locks asked for again {} times", run.again) } else { String::new() };
    let error = run.error.as_ref().map(|it| format!("; STOPPED: {it}")).unwrap_or_default();
    format!("{}; took {:.1} s{again}{error}", seen(&run.seen), run.time.as_secs_f64())
}

fn seen(seen: &Seen) -> String {
    let failed: Vec<String> = seen.failed.iter().map(|(sqlstate, count)| format!("{count} × {sqlstate}")).collect();
    let failed = if failed.is_empty() { "none failed".to_owned() } else { format!("failed {}", failed.join(", ")) };
    format!(
        "worst {:>8.1} ms, p99 {:>6.1} ms, over 1 s {}, {} of {} requests",
        millis(seen.worst),
        millis(seen.p99),
        seen.long,
        failed,
        seen.requests
    )
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn json(outcome: &Outcome) -> Value {
    let seen = |it: &Seen| {
        json!({
            "requests": it.requests, "worst_ms": millis(it.worst), "p99_ms": millis(it.p99), "over_1s": it.long,
            "failed": it.failed,
        })
    };
    let run = |it: &Run| json!({"seen": seen(&it.seen), "seconds": it.time.as_secs_f64(), "asked_again": it.again, "error": it.error});
    json!({
        "scenario": outcome.name, "unnoticed": outcome.is_unnoticed(), "ratio": outcome.ratio(),
        "control": seen(&outcome.control), "original": run(&outcome.original), "safe": run(&outcome.safe),
    })
}
