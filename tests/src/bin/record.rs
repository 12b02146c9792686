//! `record`: what servers do, as the text of `tests/facts`: `cargo xtask record`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lockstep_core::pg::version::PgVersion;
use lockstep_pg::Cluster;
use lockstep_pg::binaries::Binaries;
use lockstep_tests::facts::{FactCase, Flat, parse};
use lockstep_tests::proof::recorder::{Recorder, differences, merge, merge_before, setups};
use lockstep_tests::{files, record, repository};

const USAGE: &str = "usage: record [--pg-bin DIR]… [--matrix] [--check] [--only TEXT] [--out DIR]
       record --from FILE.jsonl… [--out DIR]

  (nothing)      the newest server on this machine runs every case of tests/facts, and what it does is written
  --pg-bin DIR   a server to ask instead, one for each major; may be given more than once
  --matrix       every server on this machine, and those given
  --check        write nothing; list what servers do otherwise than the facts say, and exit with 1
  --only TEXT    cases whose name contains TEXT
  --out DIR      where the facts are (default: tests/facts)
  --from FILE…   converts runs that were recorded elsewhere, one JSON line a case and a version

What pg_locks cannot show is left as it stands: locks of statements outside of a transaction, and those on the
index of a TOAST table.
examples: record --check
          record --matrix --check --pg-bin pg14/bin --pg-bin pg18/bin";

#[derive(Default)]
struct Arguments {
    servers: Vec<PathBuf>,
    matrix: bool,
    check: bool,
    only: String,
    out: Option<PathBuf>,
    from: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let Some(arguments) = arguments() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let out = arguments.out.clone().unwrap_or_else(|| repository().join("tests/facts"));
    let done = match arguments.from.is_empty() {
        false => convert(&arguments.from, &out),
        true => ask(&arguments, &out),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(3)
    })
}

fn arguments() -> Option<Arguments> {
    let mut found = Arguments::default();
    let mut given = std::env::args().skip(1).peekable();
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--pg-bin" => found.servers.push(given.next()?.into()),
            "--matrix" => found.matrix = true,
            "--check" => found.check = true,
            "--only" => found.only = given.next()?,
            "--out" => found.out = Some(given.next()?.into()),
            "--from" => {
                while let Some(file) = given.next_if(|it| !it.starts_with("--")) {
                    found.from.push(file.into());
                }
            }
            _ => return None,
        }
    }
    Some(found)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The servers to ask, one for each major.
fn servers(arguments: &Arguments) -> Result<Vec<Binaries>, String> {
    let given = arguments.servers.iter().map(|folder| Binaries::find(Some(folder), None).map_err(text));
    let mut found = given.collect::<Result<Vec<_>, _>>()?;
    if arguments.matrix {
        found.extend(Binaries::installed());
    } else if found.is_empty() {
        found.push(Binaries::find(None, None).map_err(text)?);
    }
    found.retain(|it| PgVersion::from_major(it.major).is_some());
    found.sort_by_key(|it| it.major);
    found.dedup_by_key(|it| it.major);
    Ok(found)
}

fn ask(arguments: &Arguments, out: &Path) -> Result<ExitCode, String> {
    let mut facts: BTreeMap<String, Vec<FactCase>> = BTreeMap::new();
    for path in files(out, "facts") {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).map_err(text)?;
        facts.insert(name, parse(&text).map_err(|error| format!("{}: {error}", path.display()))?);
    }
    let mut table = format!("{:<12}{:>8}{:>8}{:>9}{:>8}\n", "server", "cases", "same", "differ", "failed");
    let mut differs = false;
    for binaries in servers(arguments)? {
        eprintln!("asking PostgreSQL {}", binaries.version);
        let mut recorder = Recorder::new(Cluster::start(binaries).map_err(text)?).map_err(text)?;
        let counts = one_server(arguments, &mut recorder, &mut facts);
        let [same, differ, failed] = counts;
        let all = same + differ + failed;
        table.push_str(&format!("{:<12}{all:>8}{same:>8}{differ:>9}{failed:>8}\n", recorder.major()));
        differs |= differ + failed > 0;
    }
    println!("\n{table}");
    if arguments.check {
        return Ok(if differs { ExitCode::FAILURE } else { ExitCode::SUCCESS });
    }
    for (name, cases) in &facts {
        let path = out.join(name).with_extension("facts");
        let old = std::fs::read_to_string(&path).map_err(text)?;
        let heading: String = old.lines().take_while(|it| it.starts_with('#')).map(|it| format!("{it}\n")).collect();
        let mut new = if heading.is_empty() { heading } else { heading + "\n" };
        cases.iter().for_each(|case| case.print(&mut new));
        std::fs::write(&path, new.trim_end().to_owned() + "\n").map_err(text)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// How many cases were the same, differed, and could not be run.
fn one_server(
    arguments: &Arguments,
    recorder: &mut Recorder,
    facts: &mut BTreeMap<String, Vec<FactCase>>,
) -> [usize; 3] {
    let version = recorder.major();
    let shared = setups(facts);
    let mut befores: BTreeMap<String, Flat> = BTreeMap::new();
    let (mut counts, start) = ([0; 3], std::time::Instant::now());
    for case in facts.iter_mut().filter(|(name, _)| *name != "setups").flat_map(|(_, cases)| cases) {
        if !case.versions.contains(version) || !case.id.contains(&arguments.only) {
            continue;
        }
        let (sql, before) = match shared.get(&case.setup) {
            Some(setup) => (setup.sql.clone(), setup.before.clone()),
            None => (case.sql.clone(), case.before.clone()),
        };
        let all: usize = counts.iter().sum();
        if all % 100 == 99 {
            eprintln!("{} cases, {:.0} s", all + 1, start.elapsed().as_secs_f32());
        }
        let found = match recorder.record(case, &sql) {
            Ok(found) => found,
            Err(error) => {
                println!("{version} {}: {error}", case.id);
                counts[2] += 1;
                continue;
            }
        };
        let told = differences(case, &before, &found, version);
        counts[usize::from(!told.is_empty())] += 1;
        told.iter().for_each(|it| println!("{version} {}: {it}", case.id));
        merge(case, &found, version);
        match case.setup.is_empty() {
            true => merge_before(&mut case.before, &found.before, version),
            false => drop(befores.insert(case.setup.clone(), found.before)),
        }
    }
    for setup in facts.get_mut("setups").into_iter().flatten() {
        if let Some(before) = befores.get(&setup.id) {
            merge_before(&mut setup.before, before, version);
        }
    }
    counts
}

fn convert(files: &[PathBuf], folder: &Path) -> Result<ExitCode, String> {
    let mut records = vec![];
    for file in files {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        for (at, line) in text.lines().enumerate() {
            let record = serde_json::from_str(line).map_err(|error| format!("{}:{}: {error}", file.display(), at + 1));
            records.push(record?);
        }
    }
    let written = record::convert(&records)?;
    std::fs::create_dir_all(folder).map_err(text)?;
    for (name, text) in &written {
        let path = folder.join(name);
        std::fs::write(&path, text.trim_end().to_owned() + "\n")
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    println!("{} files written to {}", written.len(), folder.display());
    Ok(ExitCode::SUCCESS)
}
