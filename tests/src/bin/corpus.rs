//! `corpus DIR`: real migration histories through the simulator, and beside a server: `cargo xtask corpus`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lockstep_core::pg::version::PgVersion;
use lockstep_core::plan::runner::{RUNNERS, Runner};
use lockstep_core::report::wire::File;
use lockstep_pg::Cluster;
use lockstep_pg::binaries::Binaries;
use lockstep_tests::proof;
use lockstep_tests::proof::back_tally::Tally;
use lockstep_tests::proof::beside::Beside;
use lockstep_tests::proof::chain::{Chain, Compare, Standing, run};
use lockstep_tests::proof::script::{Item, items};
use lockstep_tests::proof::{report, suite};
use lockstep_tests::{corpus, files};

const USAGE: &str = "usage: corpus DIR [--server] [--postgres N] [--pg-bin DIR] [--only NAME]… [--json FILE]
       corpus --rollback DIR [--server] [--sample N] [the same]
       corpus --regress DIR [the same]

  DIR             a folder with one project a folder, each a history of migrations
  --rollback DIR  go back from steps of every file of such a folder, and check the ways back that are written
  --sample N      how many steps of a file besides its last are gone back from (default 1)
  --regress DIR   src/test/regress of PostgreSQL's sources instead: its files about schemas
  --server        run every statement on a throwaway PostgreSQL too, and compare (always with --regress)
  --postgres N    the major version to simulate, and to look for (default: the server's, or 16)
  --pg-bin DIR    the folder with `initdb` and `postgres`
  --only NAME     projects or files whose name contains NAME (for the suite: is NAME; `x*` begins with x)
  --runner NAME   the transactions that this tool opens (default: every statement by itself)
  --each          compare the schema after every statement, not only at the end
  --show N        how many contradictions of each are printed (default 5)
  --json FILE     everything found, as JSON; with the reason of every unknown
  --markdown FILE every contradiction, grouped by area

Exit status: 1 where the server contradicts a claim or the simulator panics.
examples: corpus corpora/migrations --server --json found.json
          corpus --regress postgresql-15.18/src/test/regress --only alter_table --each";

#[derive(Default)]
struct Arguments {
    folder: Option<PathBuf>,
    regress: bool,
    rollback: bool,
    sample: usize,
    server: bool,
    postgres: Option<u8>,
    pg_bin: Option<PathBuf>,
    only: Vec<String>,
    runner: Option<Runner>,
    each: bool,
    show: usize,
    json: Option<PathBuf>,
    markdown: Option<PathBuf>,
}

fn main() -> ExitCode {
    let Some(arguments) = arguments() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    // Deep expressions need a deep stack.
    let work = std::thread::Builder::new().stack_size(lockstep_core::STACK).spawn(move || measure(&arguments));
    match work.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(code))) => code,
        Ok(Ok(Err(error))) => {
            eprintln!("error: {error}");
            ExitCode::from(3)
        }
        _ => ExitCode::FAILURE,
    }
}

fn arguments() -> Option<Arguments> {
    let mut found = Arguments { show: 5, sample: 1, ..Arguments::default() };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--server" => found.server = true,
            "--each" => found.each = true,
            "--regress" => (found.regress, found.folder) = (true, Some(given.next()?.into())),
            "--rollback" => (found.rollback, found.folder) = (true, Some(given.next()?.into())),
            "--sample" => found.sample = given.next()?.parse().ok()?,
            "--postgres" => found.postgres = Some(given.next()?.parse().ok()?),
            "--pg-bin" => found.pg_bin = Some(given.next()?.into()),
            "--only" => found.only.push(given.next()?),
            "--runner" => found.runner = Some(Runner::find(&given.next()?)?),
            "--show" => found.show = given.next()?.parse().ok()?,
            "--json" => found.json = Some(given.next()?.into()),
            "--markdown" => found.markdown = Some(given.next()?.into()),
            _ if found.folder.is_none() && !argument.starts_with('-') => found.folder = Some(argument.into()),
            _ => return None,
        }
    }
    found.folder.is_some().then_some(found)
}

fn measure(arguments: &Arguments) -> Result<ExitCode, String> {
    let folder = arguments.folder.as_deref().unwrap_or(Path::new("."));
    if !folder.is_dir() {
        println!("{}: not there, nothing measured", folder.display());
        return Ok(ExitCode::SUCCESS);
    }
    let cluster = match arguments.server || arguments.regress {
        true => {
            let binaries = Binaries::find(arguments.pg_bin.as_deref(), arguments.postgres).map_err(text)?;
            eprintln!("PostgreSQL {} beside the simulator", binaries.version);
            Some(Cluster::start(binaries).map_err(text)?)
        }
        false => None,
    };
    let major = cluster.as_ref().map(|it| it.binaries().major).or(arguments.postgres).unwrap_or(16);
    let version = PgVersion::from_major(major).ok_or("supported are 14 to 18")?;
    if arguments.rollback {
        return back(arguments, folder, cluster.as_ref(), version);
    }
    let mut panics = 0;
    let chains = match &cluster {
        Some(cluster) if arguments.regress => regression(arguments, folder, cluster, version)?,
        cluster => {
            panics = read_alone(folder, &arguments.only);
            histories(arguments, folder, cluster.as_ref(), version)?
        }
    };
    let mut all = Chain { name: "ALL".into(), ..Chain::default() };
    chains.iter().for_each(|it| all.add(it));
    println!("\n{}\n{}", report::commands(&all), report::table(&chains));
    let server = cluster.as_ref().map(|it| it.binaries().version.clone());
    if let Some(path) = &arguments.json {
        write(path, &report::json(&chains, server.as_deref()).to_string())?;
    }
    if let Some(path) = &arguments.markdown {
        let title = format!("Contradictions beside PostgreSQL {}", server.as_deref().unwrap_or("(none)"));
        write(path, &report::markdown(&chains, &title, 400))?;
    }
    let clean = all.contradictions.is_empty() && panics == 0;
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The ways back of every project.
fn back(
    arguments: &Arguments,
    folder: &Path,
    cluster: Option<&Cluster>,
    version: PgVersion,
) -> Result<ExitCode, String> {
    let mut all = Tally { name: "ALL".into(), ..Tally::default() };
    let mut tallies = vec![];
    for project in projects(arguments, folder)? {
        let name = project.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let files = corpus::history(&project);
        let backs = corpus::ways_back(&project, &files);
        let files = [corpus::prelude(&files), files].concat();
        let mut beside = open(cluster)?;
        let tally = proof::back::run(&name, &files, &backs, version, beside.as_mut(), arguments.sample);
        let tally = tally.map_err(|error| format!("{name}: {error}"))?;
        println!("{}{}", tally.figures(), tally.details(arguments.show));
        all.add(&tally);
        tallies.push(tally);
    }
    println!("{}", all.figures());
    if let Some(path) = &arguments.json {
        let chains: Vec<_> = tallies.iter().map(Tally::json).collect();
        write(path, &serde_json::json!({ "format": "lockstep-corpus-rollback/1", "chains": chains }).to_string())?;
    }
    Ok(if all.contradictions() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn projects(arguments: &Arguments, folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(text)?;
    let mut projects: Vec<PathBuf> = entries.flatten().map(|it| it.path()).filter(|it| it.is_dir()).collect();
    let wanted = |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|it| name.contains(it));
    projects.retain(|it| wanted(&it.display().to_string()));
    projects.sort();
    Ok(projects)
}

fn open(cluster: Option<&Cluster>) -> Result<Option<Beside>, String> {
    let Some(cluster) = cluster else { return Ok(None) };
    Beside::open(&cluster.create_database().map_err(text)?, cluster.path(), true).map(Some).map_err(text)
}

/// Every project of the folder, from an empty database.
fn histories(
    arguments: &Arguments,
    folder: &Path,
    cluster: Option<&Cluster>,
    version: PgVersion,
) -> Result<Vec<Chain>, String> {
    let projects = projects(arguments, folder)?;
    let mut chains = vec![];
    for project in &projects {
        let name = project.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let files = corpus::history(project);
        let files = [corpus::prelude(&files), files].concat();
        let runner = arguments.runner.unwrap_or(RUNNERS[0]);
        let items = items(&files, runner, arguments.runner.is_none());
        let mut beside = open(cluster)?;
        let chain = one(&name, &items, &mut Standing::new(version), beside.as_mut(), arguments)?;
        print(&chain, arguments.show, cluster.is_some());
        chains.push(chain);
    }
    Ok(chains)
}

/// Every file of the suite, each on a database that has been set up for it alone.
fn regression(
    arguments: &Arguments,
    folder: &Path,
    cluster: &Cluster,
    version: PgVersion,
) -> Result<Vec<Chain>, String> {
    let folder = suite::folder(folder)?;
    let admin = |sql: &str| cluster.database("postgres").connect().map_err(text)?.batch_execute(sql).map_err(text);
    admin("CREATE DATABASE regression TEMPLATE template0")?;
    let mut standing = Standing::new(version);
    let set_up = suite::read(&folder, suite::SET_UP)?;
    let mut beside = Beside::open(&cluster.database("regression"), cluster.path(), false).map_err(text)?;
    let mut chains = vec![one(suite::SET_UP, &set_up, &mut standing, Some(&mut beside), arguments)?];
    print(&chains[0], arguments.show, true);
    drop(beside);
    for (number, name) in suite::names(&folder, &arguments.only).iter().enumerate() {
        let database = format!("regression{number}");
        admin(&format!("CREATE DATABASE {database} TEMPLATE regression"))?;
        let mut beside = Beside::open(&cluster.database(&database), cluster.path(), false).map_err(text)?;
        let mut standing = standing.clone();
        let chain = one(name, &suite::read(&folder, name)?, &mut standing, Some(&mut beside), arguments)?;
        drop(beside);
        admin(&format!("DROP DATABASE {database} WITH (FORCE)"))?;
        print(&chain, arguments.show, true);
        chains.push(chain);
    }
    Ok(chains)
}

fn one(
    name: &str,
    items: &[Item],
    standing: &mut Standing,
    beside: Option<&mut Beside>,
    arguments: &Arguments,
) -> Result<Chain, String> {
    let compare = if arguments.each { Compare::EachStep } else { Compare::AtEnd };
    run(name, items, standing, beside, compare).map_err(|error| format!("{name}: {error}"))
}

const EVERYTHING: usize = 1000;

fn print(chain: &Chain, show: usize, beside: bool) {
    let known = 100.0 * (chain.statements - chain.unknown) as f64 / chain.statements.max(1) as f64;
    println!(
        "\n== {}: {} statements, {} unknown ({known:.1} % known), {} contradictions, {} ms",
        chain.name,
        chain.statements,
        chain.unknown,
        chain.contradictions.len(),
        chain.milliseconds
    );
    chain.contradictions.iter().take(show).for_each(|it| println!("{}", report::contradiction(it)));
    if !beside {
        chain.failures.iter().take(show).for_each(|it| println!("   said to fail: {it}"));
    }
    // What follows from an earlier statement is told only where everything is.
    let told = |it: &&String| show >= EVERYTHING || !it.contains("an earlier ");
    chain.unread.iter().filter(told).take(show).for_each(|it| println!("   unknown: {it}"));
}

/// Every file by itself, downward ones and other dialects too: none may panic.
fn read_alone(folder: &Path, only: &[String]) -> usize {
    let (mut count, mut panics) = (0, 0);
    let wanted = |path: &Path| only.is_empty() || only.iter().any(|it| path.display().to_string().contains(it));
    for path in files(folder, "sql").into_iter().filter(|it| wanted(it)) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let file = File { name: path.display().to_string(), text: String::from_utf8_lossy(&bytes).into_owned() };
        count += 1;
        let read = std::panic::catch_unwind(|| {
            let items = items(&[file], RUNNERS[0], true);
            run("", &items, &mut Standing::new(PgVersion::default()), None, Compare::Never).is_ok()
        });
        if read.is_err() {
            panics += 1;
            println!("panics: {}", path.display());
        }
    }
    println!("{count} files read one by one, {panics} panics");
    panics
}
