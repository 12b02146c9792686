//! `corpus DIR`: runs real migration histories through the simulator and says how much of them it knows.
//!
//! Every folder in DIR is one project. `--after DIR` compares each end with `PROJECT.pg16.sql` there, a schema dump.

use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use lockstep_core::report::simulate;
use lockstep_core::report::wire::{File, Request, Trace};
use lockstep_tests::facts::Flat;
use lockstep_tests::judge::{differences, flatten, normal};
use lockstep_tests::{corpus, files, render};

const USAGE: &str = "usage: corpus DIR [--after DIR] [--postgres N] [--show N] [--only NAME]

  --after DIR   schema dumps PROJECT.pg16.sql to compare the ends with
  --show N      how many failures and differences of each project are shown (default 5)

example: corpus corpora/migrations --after corpora/schema-after --show 20";

fn main() -> ExitCode {
    let mut folder = None;
    let (mut after, mut postgres, mut show, mut only) = (None, 16, 5, String::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_default();
        match argument.as_str() {
            "--after" => after = Some(PathBuf::from(value())),
            "--postgres" => postgres = value().parse().unwrap_or(16),
            "--show" => show = value().parse().unwrap_or(5),
            "--only" => only = value(),
            _ if folder.is_none() && !argument.starts_with('-') => folder = Some(PathBuf::from(argument)),
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let Some(folder) = folder else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("{}: not there, nothing measured", folder.display());
        return ExitCode::SUCCESS;
    };
    let mut projects: Vec<PathBuf> = entries.flatten().map(|it| it.path()).filter(|it| it.is_dir()).collect();
    projects.retain(|it| it.display().to_string().contains(&only));
    projects.sort();
    let panics = read_alone(&folder, &only);
    let mut total = Counts::default();
    for project in &projects {
        let name = project.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let files = corpus::history(project);
        let start = Instant::now();
        let trace = replay(files, postgres);
        let time = start.elapsed();
        println!("\n== {name}");
        let Some(trace) = trace else {
            println!("   panics");
            continue;
        };
        let counts = Counts::of(&trace);
        counts.print(time);
        print_troubles(&trace, show);
        if let Some(after) = &after {
            compare(&after.join(format!("{name}.pg16.sql")), &trace, show);
        }
        total.add(&counts);
    }
    println!("\n== all");
    total.print(Duration::ZERO);
    total.print_commands();
    if panics > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Every file by itself, downward ones and other dialects too: none may panic.
fn read_alone(folder: &Path, only: &str) -> usize {
    let (mut count, mut panics, start) = (0, 0, Instant::now());
    for path in files(folder, "sql").into_iter().filter(|it| it.display().to_string().contains(only)) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        count += 1;
        if replay(vec![File { name: path.display().to_string(), text }], 18).is_none() {
            panics += 1;
            println!("panics: {}", path.display());
        }
    }
    println!("{count} files read one by one, {panics} panics, {:.1} s", start.elapsed().as_secs_f64());
    panics
}

/// Statement by statement: some files step out of their runner's transaction in ways of its own.
fn replay(files: Vec<File>, postgres: u8) -> Option<Trace> {
    let transaction = Some("per-statement".to_owned());
    let request =
        Request { files: [corpus::prelude(&files), files].concat(), postgres, transaction, ..Request::default() };
    catch_unwind(|| simulate(&request)).ok()
}

#[derive(Default)]
struct Counts {
    outcomes: BTreeMap<String, usize>,
    /// Command → (statements, unknown ones).
    commands: BTreeMap<String, (usize, usize)>,
    not_read: usize,
    /// Why steps are unknown → how many.
    reasons: BTreeMap<String, usize>,
}

impl Counts {
    fn of(trace: &Trace) -> Counts {
        let mut counts = Counts::default();
        for step in &trace.steps {
            *counts.outcomes.entry(step.outcome.clone()).or_default() += 1;
            let command = counts.commands.entry(step.command.clone()).or_default();
            command.0 += 1;
            command.1 += usize::from(step.outcome == "unknown");
            if step.outcome == "unknown" {
                *counts.reasons.entry(reason(step.message.as_deref().unwrap_or(""))).or_default() += 1;
            }
            counts.not_read += usize::from(step.sqlstate.as_deref() == Some("42601"));
        }
        counts
    }

    fn add(&mut self, other: &Counts) {
        for (outcome, count) in &other.outcomes {
            *self.outcomes.entry(outcome.clone()).or_default() += count;
        }
        for (command, (all, unknown)) in &other.commands {
            let mine = self.commands.entry(command.clone()).or_default();
            mine.0 += all;
            mine.1 += unknown;
        }
        for (reason, count) in &other.reasons {
            *self.reasons.entry(reason.clone()).or_default() += count;
        }
        self.not_read += other.not_read;
    }

    fn print(&self, time: Duration) {
        let of = |outcome: &str| self.outcomes.get(outcome).copied().unwrap_or(0);
        let all: usize = self.outcomes.values().sum();
        let share = 100.0 * (all - of("unknown")) as f64 / all.max(1) as f64;
        println!(
            "   {all} statements: {} done, {} depend on data, {} fail, {} skipped, {} unknown ({share:.1} % known), {} syntax errors, {} ms",
            of("done"),
            of("depends_on_data"),
            of("failed"),
            of("skipped"),
            of("unknown"),
            self.not_read,
            time.as_millis()
        );
    }

    fn print_commands(&self) {
        for (command, (all, unknown)) in &self.commands {
            println!("   {command:<32} {all:>6} statements {unknown:>6} unknown");
        }
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (reason, count) in reasons.into_iter().take(40) {
            println!("   {count:>6} unknown: {reason}");
        }
    }
}

/// The message without the names in it.
fn reason(message: &str) -> String {
    let parts: Vec<&str> = message.split('"').collect();
    let words = parts.iter().enumerate().map(|(at, part)| if at % 2 == 0 { *part } else { "…" });
    let text = words.collect::<Vec<_>>().join("\"");
    let text = match text.split_once(" is mentioned by ") {
        Some((_, earlier)) => format!("… is mentioned by {earlier}"),
        None => text,
    };
    let text = match text.split_once(" may have changed ") {
        Some((earlier, _)) => format!("{earlier} may have changed …"),
        None => text,
    };
    text.chars().take(120).collect()
}

/// Steps said to fail. What follows from a failed transaction is left out.
fn print_troubles(trace: &Trace, show: usize) {
    let failed = trace.steps.iter().filter(|it| it.outcome == "failed" && it.sqlstate.as_deref() != Some("25P02"));
    for step in failed.take(show) {
        let message = step.message.as_deref().unwrap_or("");
        let sql: String = render::one_line(&step.sql).chars().take(160).collect();
        println!("   {}:{}: {} {message}\n      {sql}", step.file, step.line, step.sqlstate.as_deref().unwrap_or(""));
    }
}

/// Without what a dump cannot tell: dropped columns, and so the columns' numbers, and values stored beside the rows.
fn comparable(trace: &Trace) -> Flat {
    let mut flat = flatten(&normal(&trace.schema, &[]));
    flat.retain(|path, _| !path.ends_with("/dropped_columns"));
    for value in flat.values_mut() {
        if let Some(entries) = value.as_object_mut() {
            entries.retain(|key, _| key != "pos" && key != "missing");
        }
    }
    flat
}

fn compare(dump: &Path, trace: &Trace, show: usize) {
    let Ok(text) = std::fs::read_to_string(dump) else { return };
    let files = vec![File { name: "dump.sql".into(), text }];
    let request = Request { files, postgres: 16, ..Request::default() };
    let dumped = simulate(&request);
    let real = comparable(&dumped);
    let ours = comparable(trace);
    let found = differences(&real, &ours);
    println!("   end: {} entries of the dumped schema, {} differ", real.len(), found.len());
    for it in found.iter().take(show) {
        println!("      {it}");
    }
}
