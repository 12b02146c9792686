//! The data-driven suite: every `.sql` below `tests/cases` and `examples` is one test, found here.
//!
//! The author writes beside each statement what must happen; the `.trace` beside the file records all the rest.

use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use lockstep_core::hazard::{self, concerns::Concerns};
use lockstep_core::report::{self, wire::Request};
use lockstep_core::simulate::trace::Outcome;
use lockstep_tests::case::{Case, header};
use lockstep_tests::{expect_file, files, render, repository};

fn main() {
    let mut trials = vec![];
    for (folder, traces) in [("tests/cases", "tests/cases"), ("examples", "tests/examples")] {
        let (folder, traces) = (repository().join(folder), repository().join(traces));
        let found = files(&folder, "sql");
        assert!(!found.is_empty(), "{} has no case", folder.display());
        for path in found {
            let name = path.strip_prefix(repository()).unwrap_or(&path).display().to_string();
            let trace = traces.join(path.strip_prefix(&folder).unwrap_or(&path)).with_extension("trace");
            let folder = folder.clone();
            trials.push(Trial::test(name, move || run(&path, &folder, &trace)));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn run(path: &Path, folder: &Path, trace_path: &Path) -> Result<(), Failed> {
    let case = Case::read(path, folder)?;
    let request = case.request();
    let trace = report::simulate(&request);
    if trace.steps.is_empty() {
        return Err("the migration has no step".into());
    }
    concerns(&request)?;
    match folder.ends_with("examples") {
        true => example(path, &case)?,
        false => case.check(&trace.steps)?,
    }
    if let Some(parent) = trace_path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    Ok(expect_file(trace_path, &render::render(&request, &trace))?)
}

/// A hazard that is asked only of the steps that it declares says the same as one that is asked of all.
fn concerns(request: &Request) -> Result<(), String> {
    let trace = report::trace(request);
    for step in trace.steps.iter().filter(|step| step.outcome != Outcome::Skipped) {
        let traits = Concerns::of(step);
        for hazard in hazard::all().iter().filter(|it| !it.concerns.meet(traits)) {
            if !(hazard.check)(step, &trace).is_empty() {
                return Err(format!("{} speaks of a step that it does not declare: {}", hazard.id, step.text));
            }
        }
    }
    Ok(())
}

/// What the gallery needs of an example, besides a schema and a migration.
fn example(path: &Path, case: &Case) -> Result<(), Failed> {
    for key in ["title", "about", "group", "runner"] {
        if header(&case.text, key).is_none_or(str::is_empty) {
            return Err(format!("no `-- {key}: …` line at the top").into());
        }
    }
    let lines = case.text.lines().count();
    if lines > 60 {
        return Err(format!("{lines} lines: an example has at most 60").into());
    }
    let twin = match path.file_stem().and_then(|it| it.to_str()).unwrap_or("") {
        stem if stem.ends_with("_safe") => stem.trim_end_matches("_safe").to_owned(),
        stem => format!("{stem}_safe"),
    };
    if !path.with_file_name(format!("{twin}.sql")).exists() {
        return Err(format!("{twin}.sql is missing: examples come in pairs").into());
    }
    Ok(())
}
