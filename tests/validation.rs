//! Every kind of validation query on real servers, with rows that are as they should be and rows that are not.
//!
//! Each server version that is found is asked. Without any nothing is asked, which is said, and a failure where `CI` is
//! set.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use lockstep_core::report;
use lockstep_core::report::validation::wire::{Answer, Report, Validation};
use lockstep_core::report::wire::{File, Request};
use lockstep_pg::Cluster;
use lockstep_pg::binaries::Binaries;
use lockstep_pg::session::Target;
use lockstep_pg::validate::{Options, validate};
use lockstep_tests::case::Case;
use lockstep_tests::questions::{CASES, Question};
use lockstep_tests::{files, repository};

fn main() {
    let arguments = Arguments::from_args();
    let mut majors = BTreeSet::new();
    let supported = |it: &Binaries| lockstep_core::pg::version::PgVersion::from_major(it.major).is_some();
    let found = Binaries::installed().into_iter().filter(|it| supported(it) && majors.insert(it.major));
    let found: Vec<Binaries> = found.collect();
    if found.is_empty() {
        if std::env::var_os("CI").is_some() {
            eprintln!("error: no PostgreSQL server on this machine");
            std::process::exit(1);
        }
        println!("NOT RUN: no PostgreSQL server on this machine");
        return;
    }
    let mut trials = vec![];
    let mut clusters = vec![];
    for binaries in found {
        let major = binaries.major;
        let cluster = match Cluster::start(binaries) {
            Ok(cluster) => Arc::new(cluster),
            Err(error) => {
                eprintln!("error: {error}");
                std::process::exit(1);
            }
        };
        for question in CASES.iter().filter(|it| it.since <= major) {
            let cluster = Arc::clone(&cluster);
            trials.push(Trial::test(format!("{major}: {}", question.name), move || ask(question, major, &cluster)));
        }
        for path in files(&repository().join("examples"), "sql") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let cluster = Arc::clone(&cluster);
            let trial = move || example(&Case::read(&path, path.parent().unwrap_or(&path))?, major, &cluster);
            trials.push(Trial::test(format!("{major}: example {name}"), trial));
        }
        let server = Arc::clone(&cluster);
        let trial = move || unused_indexes_are_asked_for(&server);
        trials.push(Trial::test(format!("{major}: unused indexes are asked for"), trial));
        clusters.push(cluster);
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    // Exiting runs no destructor: the servers have to go first.
    drop(clusters);
    conclusion.exit();
}

/// The query that the advice hands out runs, and names an index that nothing needs, but none that keeps a rule.
fn unused_indexes_are_asked_for(cluster: &Cluster) -> Result<(), Failed> {
    let advice = report::advice(&Request::default());
    let mut client = cluster.create_database()?.connect()?;
    client.batch_execute(
        "CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE, b int, c int, EXCLUDE (c WITH =)); CREATE INDEX idle ON t (b)",
    )?;
    let rows = client.query(&advice.unused_indexes, &[])?;
    let names: Vec<String> = rows.iter().map(|row| row.get("indexrelname")).collect();
    if names == ["idle"] { Ok(()) } else { Err(format!("it names {names:?}").into()) }
}

fn request(question: &Question, major: u8) -> Request {
    let file = |name: &str, text: &str| File { name: name.into(), text: text.into() };
    Request {
        files: vec![file("up.sql", question.migration)],
        schema: vec![file("schema.sql", question.schema)],
        postgres: major,
        app_new: (!question.queries.is_empty()).then(|| file("queries.sql", question.queries)),
        ..Request::default()
    }
}

fn ask(question: &Question, major: u8, cluster: &Cluster) -> Result<(), Failed> {
    let request = request(question, major);
    let validation = report::validation(&request);
    let steps: Vec<String> = report::simulate(&request).steps.into_iter().map(|it| it.sql).collect();
    let good = answers(question, &validation, &steps, cluster, false)?;
    let wrong: Vec<&Answer> = good.answers.iter().filter(|it| matches!(&*it.status, "failed" | "error")).collect();
    if !wrong.is_empty() {
        return Err(format!("with rows as they should be: {wrong:#?}").into());
    }
    expect(&good, question.check, "passed", question.good)?;
    let bad = answers(question, &validation, &steps, cluster, true)?;
    expect(&bad, question.check, "failed", question.bad)
}

/// Before an example, between its steps and at its end the server understands every query whose time it is.
fn example(case: &Case, major: u8, cluster: &Cluster) -> Result<(), Failed> {
    let request = Request { postgres: major, ..case.request() };
    let validation = report::validation(&request);
    let (_, start) = case.text.split_once("-- lockstep: schema").ok_or("no starting schema")?;
    let (start, _) = start.split_once("-- lockstep: migration").ok_or("no migration")?;
    let target = cluster.create_database()?;
    let mut client = target.connect()?;
    client.batch_execute(start)?;
    let steps = report::simulate(&request).steps;
    for at in 0..=steps.len() {
        if let Some(step) = at.checked_sub(1) {
            // What an example shows may fail; COMMIT and the like are none of its own here.
            if client.batch_execute(&steps[step].sql).is_err() {
                return Ok(());
            }
        }
        if client.batch_execute("COMMIT").is_ok() {
            run(&validation, &target, at, BTreeMap::new()).and_then(|report| {
                match report.answers.iter().find(|it| it.status == "error") {
                    Some(error) => Err(format!("after step {at}: {error:#?}").into()),
                    None => Ok(()),
                }
            })?;
        }
    }
    Ok(())
}

/// What the server answers when the steps as far as the question's time are done.
fn answers(
    question: &Question,
    validation: &Validation,
    steps: &[String],
    cluster: &Cluster,
    bad: bool,
) -> Result<Report, Failed> {
    let target = cluster.create_database()?;
    let mut client = target.connect()?;
    client.batch_execute(question.schema)?;
    client.batch_execute(if bad { question.bad_rows } else { question.good_rows })?;
    let before = run(validation, &target, 0, BTreeMap::new())?;
    let kept = before.answers.iter().filter_map(|it| Some((it.id.clone(), it.found.clone()?))).collect();
    let at = if question.at == usize::MAX { steps.len() } else { question.at };
    for step in &steps[..at] {
        client.batch_execute(step)?;
    }
    client.batch_execute(if bad { question.bad_end } else { question.good_end })?;
    if at == 0 {
        // The step that the question is about fails where the answer says so, and only there.
        let failing = before.answers.iter().filter(|it| it.status == "failed").flat_map(|it| &it.prevents);
        let failing: BTreeSet<&str> = failing.map(String::as_str).collect();
        let state =
            steps.iter().find_map(|step| client.batch_execute(step).err()?.code().map(|it| it.code().to_owned()));
        let agrees = match &state {
            Some(state) => failing.contains(state.as_str()),
            None => failing.is_empty(),
        };
        if !agrees {
            return Err(format!("the migration ends in {state:?}, predicted was one of {failing:?}").into());
        }
        return Ok(before);
    }
    run(validation, &target, at, kept)
}

fn run(validation: &Validation, target: &Target, at: usize, kept: BTreeMap<String, String>) -> Result<Report, Failed> {
    let options = Options { at, sample: false, limit: Duration::from_secs(60), kept };
    let whole = validate(validation, target, &options, &mut |_| {})?;
    // A part of the rows is asked without an error as well.
    let part = validate(validation, target, &Options { sample: true, ..options }, &mut |_| {})?;
    match part.answers.iter().find(|it| it.status == "error") {
        Some(error) => Err(format!("asking a part: {error:#?}").into()),
        None => Ok(whole),
    }
}

fn expect(report: &Report, id: &str, status: &str, found: &str) -> Result<(), Failed> {
    let Some(answer) = report.answers.iter().find(|it| it.id == id) else {
        let ids: Vec<&str> = report.answers.iter().map(|it| it.id.as_str()).collect();
        return Err(format!("{id} is not among {ids:?}").into());
    };
    match answer.status == status && (found.is_empty() || answer.found.as_deref() == Some(found)) {
        true => Ok(()),
        false => Err(format!("should be {status} with {found}: {answer:#?}").into()),
    }
}
