//! The queries as a script for psql: it asks those whose time it is, labels each answer, and changes nothing.

use crate::name::quote_literal;
use crate::report::styled;
use crate::report::validation::wire::{Check, Expectation, Validation};
use crate::report::words;

/// One script for all times: `-v at=N` says which it is.
pub fn script(validation: &Validation) -> String {
    write(validation, None)
}

/// The script for one time, once step `at` is done (0: before the migration).
pub fn script_at(validation: &Validation, at: usize) -> String {
    write(validation, Some(at))
}

fn write(validation: &Validation, at: Option<usize>) -> String {
    let mut out = String::new();
    head(&mut out, validation, at);
    let now = |check: &&Check| at.is_none_or(|at| (check.from..=check.to).contains(&at));
    for (check, number) in validation.checks.iter().filter(now).zip(1..) {
        self::check(&mut out, check, number, validation.steps, at.is_none());
    }
    if !validation.checks.iter().any(|it| now(&it)) {
        let then = if at.is_some() && !validation.checks.is_empty() { " then" } else { "" };
        let why = ": no step depends on rows, and no table that was there changes";
        comment(&mut out, &format!("Nothing is to be asked{then}{}.", if then.is_empty() { why } else { "" }));
    }
    out.push_str("COMMIT;\n");
    for note in &validation.notes {
        comment(&mut out, &format!("Note: {note}"));
    }
    out
}

fn head(out: &mut String, validation: &Validation, at: Option<usize>) {
    let of = if validation.files.is_empty() { String::new() } else { format!(" of {}", validation.files.join(", ")) };
    comment(out, &format!("Validation queries{of}, for PostgreSQL {}.", validation.postgres));
    match at {
        None => {
            comment(out, "Before the migration:  psql -X -v at=0 -f FILE");
            comment(out, &format!("At its end:            psql -X -v at={} -f FILE", validation.steps));
            comment(out, "In between, at is the number of the last step that is done.");
        }
        Some(0) => comment(out, "Before the migration:  psql -X -f FILE"),
        Some(at) if at == validation.steps => comment(out, "At the migration's end:  psql -X -f FILE"),
        Some(at) => comment(out, &format!("After step {at}:  psql -X -f FILE")),
    }
    comment(out, "-v sample=1 asks a part of large tables.");
    comment(out, "It reads only: each answer stands beside what is expected.");
    out.push_str("\\set QUIET on\n");
    if at.is_none() {
        out.push_str("\\if :{?at}\n\\else\n\\set at 0\n\\endif\n");
    }
    out.push_str(
        "\\if :{?sample}\n\\else\n\\set sample 0\n\\endif\n\\pset tuples_only on\n\\pset format unaligned\n\\pset fieldsep '  '\n",
    );
    out.push_str(
        "BEGIN TRANSACTION READ ONLY;\nSET LOCAL search_path = public;\nSET LOCAL statement_timeout = '10min';\n",
    );
}

/// `asks_when`: it looks at the time first.
fn check(out: &mut String, check: &Check, number: usize, steps: usize, asks_when: bool) {
    out.push('\n');
    comment(out, &format!("{number}. {}: {} ({})", heading(check), check.title, time(check, steps)));
    comment(out, &format!("Expected: {}.{}", check.expected, prevents(check)));
    if check.inside_transaction {
        comment(out, "Nothing before it is committed by then: only the migration's own transaction can ask this.");
    }
    if check.expectation == Expectation::Read {
        for line in check.query.lines() {
            comment(out, &format!("    {line}"));
        }
        return;
    }
    if asks_when {
        out.push_str(&format!("SELECT :at BETWEEN {} AND {} AS lockstep_now \\gset\n", check.from, check.to));
        out.push_str("\\if :lockstep_now\n");
    }
    match &check.sample {
        Some(sample) => {
            out.push_str("\\if :sample\n");
            ask(out, check, &sample.setup, &sample.query, Some(&sample.part));
            out.push_str("\\else\n");
            ask(out, check, &check.setup, &check.query, None);
            out.push_str("\\endif\n");
        }
        None => ask(out, check, &check.setup, &check.query, None),
    }
    if asks_when {
        out.push_str("\\endif\n");
    }
}

fn ask(out: &mut String, check: &Check, setup: &[String], query: &str, part: Option<&str>) {
    // An error must not spoil the queries that follow.
    out.push_str("SAVEPOINT lockstep;\n");
    for statement in setup {
        out.push_str(&format!("{statement};\n"));
    }
    let label = match part {
        Some(part) => format!("{} (in {part})", check.title),
        None => check.title.clone(),
    };
    let label = quote_literal(&label.chars().map(styled::visible).collect::<String>());
    match check.expectation {
        Expectation::Keep => {
            out.push_str(&format!("SELECT found AS {} FROM (\n{query}\n) AS answer(found) \\gset\n", check.id));
            out.push_str(&format!("SELECT 'keep', {label}, :'{}';\n", check.id));
            let add = quote_literal(&format!("        at the end, add  -v \"{}=", check.id));
            out.push_str(&format!("SELECT {add} || :'{}' || '\"';\n", check.id));
        }
        Expectation::Same => {
            let baseline = check.baseline.as_deref().unwrap_or("");
            let query = query.replace("$1", &format!(":'{baseline}'"));
            out.push_str(&format!("\\if :{{?{baseline}}}\n"));
            verdict(out, &format!("found::text = :'{baseline}'"), &label, &query, &format!(":'{baseline}'"));
            out.push_str("\\else\n");
            out.push_str(&format!("SELECT 'skip', {label}, 'no -v {baseline} was given';\n"));
            out.push_str("\\endif\n");
        }
        Expectation::NoError => verdict(out, "true", &label, query, &quote_literal("no error")),
        Expectation::Equals | Expectation::Read => {
            let expected = quote_literal(&check.expected);
            verdict(out, &format!("found::text = {expected}"), &label, query, &expected);
        }
    }
    out.push_str("ROLLBACK TO SAVEPOINT lockstep;\n");
}

fn verdict(out: &mut String, condition: &str, label: &str, query: &str, expected: &str) {
    out.push_str(&format!(
        "SELECT CASE WHEN {condition} THEN 'ok  ' ELSE 'FAIL' END, {label}, 'found ' || \
         coalesce(found::text, 'null') || ', expected ' || {expected}\nFROM (\n{query}\n) AS answer(found);\n"
    ));
}

/// `Orphans`, `Failing casts` …
pub fn heading(check: &Check) -> &'static str {
    match check.kind.as_str() {
        "rows" => "Row count",
        "orphans" => "Orphans",
        "nulls" => "Nulls",
        "duplicates" => "Duplicates",
        "casts" => "Failing casts",
        "lengths" => "Too long",
        "ranges" => "Out of range",
        "changed_values" => "Changed silently",
        "check_violations" => "Check violations",
        "overlaps" => "Overlaps",
        "not_valid" => "Not valid",
        "invalid_indexes" => "Invalid indexes",
        "sequences" => "Sequence behind",
        "copies" => "Copies",
        "plans" => "Plan",
        _ => "Condition",
    }
}

/// When it is asked.
pub fn time(check: &Check, steps: usize) -> String {
    let step = check.step.map(|it| format!("step {it}"));
    match (check.when.as_str(), step) {
        ("before", Some(step)) if check.from == 0 => format!("before {step}; from the start on"),
        ("before", Some(step)) => format!("before {step}; from after step {} on", check.from),
        ("before", None) => "before step 1".into(),
        ("after", Some(step)) if check.to == steps => format!("after {step}, until the end"),
        ("after", Some(step)) => format!("after {step}, until step {}", check.to + 1),
        _ => "at the end".into(),
    }
}

pub fn prevents(check: &Check) -> String {
    let names = check.sqlstates.iter().map(|it| match words::condition(it) {
        Some(name) => format!("{it} {name}"),
        None => it.clone(),
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() { String::new() } else { format!(" Prevents: {}.", names.join(", ")) }
}

/// A comment of one line: no name in it ends it.
fn comment(out: &mut String, words: &str) {
    let words: String = words.chars().map(|it| if it.is_control() { ' ' } else { styled::visible(it) }).collect();
    out.push_str("-- ");
    out.push_str(words.trim_end());
    out.push('\n');
}
