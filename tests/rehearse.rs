//! Every example, case and hazard page on a real server: nothing that the model says may be contradicted.
//!
//! Without a server on this machine nothing is rehearsed, which is said, and a failure where `CI` is set.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::{Arguments, Failed, Trial};
use lockstep_core::report::simulate;
use lockstep_pg::rehearse::report::Agreement;
use lockstep_pg::rehearse::{Options, rehearse};
use lockstep_pg::{Cluster, Error};
use lockstep_tests::case::Case;
use lockstep_tests::pages;
use lockstep_tests::{files, repository};

type Rehearsal = fn(&Path, &Mutex<Cluster>) -> Result<(), Failed>;

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
    let mut trials = vec![];
    let folders: [(&str, Rehearsal); 2] = [("examples", example), ("tests/cases", file)];
    for (folder, rehearsal) in folders {
        for path in files(&repository().join(folder), "sql") {
            let cluster = cluster.clone();
            let name = path.strip_prefix(repository()).unwrap_or(&path).display().to_string();
            trials.push(Trial::test(name, move || rehearsal(&path, &cluster)));
        }
    }
    for path in files(&repository().join("crates/lockstep-core/src/hazard"), "md") {
        let cluster = cluster.clone();
        let name = format!("hazard/{}", path.file_stem().unwrap_or_default().to_string_lossy());
        trials.push(Trial::test(name, move || page(&path, &cluster)));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    // Exiting runs no destructor: the server has to go first.
    drop(cluster);
    conclusion.exit();
}

/// An example, and the way back from after each of its steps: as if the migration ended there.
fn example(path: &Path, cluster: &Mutex<Cluster>) -> Result<(), Failed> {
    let case = Case::read(path, path.parent().unwrap_or(path))?;
    let trace = simulate(&case.request());
    let mut in_block = false;
    for step in &trace.steps {
        in_block = match &*step.command {
            "BEGIN" => true,
            "COMMIT" | "ROLLBACK" => false,
            _ => in_block,
        };
        if in_block {
            continue;
        }
        let units: Vec<u16> = case.text.encode_utf16().take(step.to).collect();
        let cut = Case { text: String::from_utf16_lossy(&units) + ";\n", ..case.clone() };
        let wrong = run(&cut, cluster, true).err().and_then(|it| it.message().map(str::to_owned));
        if let Some(wrong) = wrong {
            return Err(format!("as far as step {}:\n{wrong}", step.index).into());
        }
    }
    Ok(())
}

fn file(path: &Path, cluster: &Mutex<Cluster>) -> Result<(), Failed> {
    let folder = path.parent().unwrap_or(path);
    run(&Case::read(path, folder)?, cluster, true)
}

fn page(path: &Path, cluster: &Mutex<Cluster>) -> Result<(), Failed> {
    for block in pages::blocks(&std::fs::read_to_string(path)?)? {
        let name = format!("{}:{}", path.file_name().unwrap_or_default().to_string_lossy(), block.line);
        // Rows that a block writes are no part of what its page is about.
        run(&Case::new(&name, &block.sql), cluster, false)
            .map_err(|error| format!("{name}: {}", error.message().unwrap_or("")))?;
    }
    Ok(())
}

/// `rows`: those that the way back leaves behind count.
fn run(case: &Case, cluster: &Mutex<Cluster>, rows: bool) -> Result<(), Failed> {
    static DATABASES: AtomicUsize = AtomicUsize::new(1);
    // Roles are the whole server's: what speaks of them runs alone among its kind.
    static ROLES: Mutex<()> = Mutex::new(());
    let text = case.text.to_ascii_lowercase();
    let words = ["role", " user ", "owner", "owned by", "grant ", "revoke ", "policy"];
    let speaks_of_roles = words.iter().any(|it| text.contains(it));
    let _alone = speaks_of_roles.then(|| ROLES.lock().unwrap_or_else(PoisonError::into_inner));
    let database = format!("case{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let folder = {
        let cluster = cluster.lock().map_err(|_| "the server is gone")?;
        let create = format!("CREATE DATABASE {database} TEMPLATE template0");
        cluster.database("postgres").connect()?.batch_execute(&create)?;
        cluster.path().display().to_string()
    };
    let url = Some(format!("host='{folder}' port=5432 user=postgres dbname={database}"));
    let options = Options { url, ..Options::default() };
    let rehearsal = rehearse(&case.request(), &options, &mut |_| {});
    let server = clean(cluster, &database, speaks_of_roles)?;
    let rehearsal = match rehearsal {
        // Its schema is written for a later server, and nothing can be said on this one.
        Err(Error::StartingSchema { .. }) if case.postgres > server => return Ok(()),
        rehearsal => rehearsal?,
    };
    let exact = rehearsal.rollback.as_ref().is_some_and(|it| it.grade == "exact");
    let gaps: Vec<&str> = case.text.lines().filter_map(|line| line.strip_prefix("-- rehearsal gap: ")).collect();
    let (mut contradicted, mut open) = (vec![], vec![]);
    for (place, verdict) in rehearsal.verdicts() {
        // What an inexact way back leaves behind, it says itself.
        let left_out = place == "rollback, rows" && !rows;
        let promised =
            !left_out && (exact || !matches!(place.as_str(), "rollback, schema" | "rollback, rows" | "up again"));
        if verdict.agreement == Agreement::Contradicts && promised {
            match gaps.iter().find(|it| **it == place) {
                Some(gap) => open.push(*gap),
                None => contradicted.push(format!("{place}: {}", verdict.differences.join("; "))),
            }
        }
    }
    contradicted
        .extend(gaps.iter().filter(|it| !open.contains(it)).map(|it| format!("{it}: no gap any more, delete it")));
    match contradicted.is_empty() {
        true => Ok(()),
        false => Err(contradicted.join("\n").into()),
    }
}

/// The next case starts without the database and its roles. Returns the server's major version.
fn clean(cluster: &Mutex<Cluster>, database: &str, roles: bool) -> Result<u8, Failed> {
    let cluster = cluster.lock().map_err(|_| "the server is gone")?;
    let mut session = cluster.database("postgres").connect()?;
    session.batch_execute(&format!("DROP DATABASE {database} WITH (FORCE)"))?;
    let made = "SELECT quote_ident(rolname) FROM pg_roles WHERE $1 AND rolname !~ '^pg_' AND NOT rolsuper";
    for row in session.query(made, &[&roles])? {
        session.batch_execute(&format!("DROP ROLE {}", row.get::<_, String>(0)))?;
    }
    let version: String = session.query_one("SHOW server_version_num", &[])?.get(0);
    Ok((version.parse::<u32>()? / 10_000) as u8)
}
