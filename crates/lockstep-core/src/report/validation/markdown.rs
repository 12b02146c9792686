//! The queries as Markdown: a table of all of them, then each with its text.

use std::fmt::Write;

use crate::report::markdown::{code, fenced, text};
use crate::report::validation::script::{heading, prevents, time};
use crate::report::validation::wire::{Check, Expectation, Report, Validation};
use crate::report::words;

pub fn markdown(validation: &Validation) -> String {
    let mut out = String::new();
    let count = match validation.checks.len() {
        1 => "1 query".into(),
        more => format!("{more} queries"),
    };
    let _ = writeln!(out, "# Validation queries\n");
    let of = if validation.files.is_empty() { String::new() } else { format!(" for {}", files(validation)) };
    let steps = words::count(validation.steps, "step");
    let _ = writeln!(out, "{count}{of} ({steps}, PostgreSQL {}). They read only.", validation.postgres);
    if validation.checks.is_empty() {
        let _ =
            writeln!(out, "\nNothing is to be asked: no step depends on rows, and no table that was there changes.");
    } else {
        overview(&mut out, validation);
    }
    for (check, number) in validation.checks.iter().zip(1..) {
        one(&mut out, check, number);
    }
    for note in &validation.notes {
        let _ = writeln!(out, "\n> {}", text(note));
    }
    out
}

fn files(validation: &Validation) -> String {
    validation.files.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ")
}

fn overview(out: &mut String, validation: &Validation) {
    let _ = writeln!(out, "\n| # | when | what is counted | expected | prevents |\n|---:|---|---|---|---|");
    for (check, number) in validation.checks.iter().zip(1..) {
        let when = time(check, validation.steps).replace("; from the start on", "");
        let cells = [
            number.to_string(),
            when,
            format!("{}: {}", heading(check), text(&check.title)),
            expected(check),
            check.sqlstates.join(", "),
        ];
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
}

/// In a cell: the long words stand below.
fn expected(check: &Check) -> String {
    match check.expectation {
        Expectation::Same => "as before".into(),
        Expectation::Keep => "kept".into(),
        _ => text(&check.expected),
    }
}

fn one(out: &mut String, check: &Check, number: usize) {
    let _ = writeln!(out, "\n## {number}. {}: {}\n", heading(check), text(&check.title));
    let expected = match check.expectation {
        Expectation::Read => format!("Needed: {}", text(&check.expected)),
        _ => format!("Expected: **{}**", text(&check.expected)),
    };
    let _ = writeln!(out, "{expected}.{}", text(&prevents(check)));
    if check.inside_transaction {
        let _ =
            writeln!(out, "Nothing before it is committed by then: only the migration's own transaction can ask this.");
    }
    let mut statements: Vec<String> = check.setup.iter().map(|it| format!("{it};")).collect();
    statements.push(format!("{};", check.query));
    out.push('\n');
    fenced(out, "sql", &statements.join("\n"));
    if let Some(sample) = &check.sample {
        let _ = writeln!(out, "\nFor a large table: `-v sample=1` in the script asks {} only.", text(&sample.part));
    }
}

/// What a server answered.
pub fn report(report: &Report) -> String {
    let mut out = String::from("# Validation\n\n");
    let place = match report.at {
        0 => "before the migration".to_owned(),
        at if at == report.steps => "at the end of the migration".into(),
        at => format!("after step {at}"),
    };
    let _ = writeln!(
        out,
        "PostgreSQL {}, {place}: {} passed, {} failed, {} not asked.\n",
        text(&report.server),
        report.passed,
        report.failed,
        report.not_asked
    );
    let _ = writeln!(out, "| | check | found | expected |\n|---|---|---|---|");
    for answer in &report.answers {
        let found = answer.found.as_deref().or(answer.message.as_deref()).unwrap_or("");
        let cells = [sign(&answer.status).into(), text(&answer.title), text(found), text(&answer.expected)];
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out
}

/// A sign for a status.
pub fn sign(status: &str) -> &'static str {
    match status {
        "passed" => "✓",
        "failed" | "error" => "✗",
        "kept" => "•",
        _ => "·",
    }
}
