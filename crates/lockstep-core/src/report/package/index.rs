//! The first page of a package: what changes, what to know before, in which order it goes out, where everything is.

use std::fmt::Write;

use crate::report::handoff::markdown::marked;
use crate::report::markdown::{code, text};
use crate::report::package::wire::Document;
use crate::report::package::{Parts, findings, rollback};
use crate::report::safe_plan::wire::{SafePlan, Stage};
use crate::report::timeline::strongest_lock;
use crate::report::wire::Step;
use crate::report::words;

/// Changes that the paragraph names.
const CHANGES: usize = 12;
/// Findings and files that are listed one by one.
const MOST: usize = 40;

pub(super) fn markdown(parts: &Parts, documents: &[Document]) -> String {
    let mut out = String::new();
    let files = &parts.plan.files;
    let title = match files.as_slice() {
        [one] => format!("Migration package: {}", code(one)),
        more => format!("Migration package: {}", words::count(more.len(), "file")),
    };
    let _ = writeln!(out, "# {title}\n\n{}", change(parts));
    let before = read_first(parts);
    if !before.is_empty() {
        let _ = writeln!(out, "\n## Before anything else\n");
    }
    for it in &before {
        let _ = writeln!(out, "- {it}");
    }
    let _ = writeln!(out, "\n## Findings\n");
    let short = findings::short(&parts.trace);
    match (short.is_empty(), parts.trace.steps.is_empty()) {
        (true, true) => _ = writeln!(out, "There is no statement to find anything in."),
        (true, false) => _ = writeln!(out, "No hazard is found in the migration as it is."),
        _ => _ = writeln!(out, "Of the migration as it is ([findings.md](findings.md)):\n"),
    }
    for it in short.iter().take(MOST) {
        let _ = writeln!(out, "- {it}");
    }
    if short.len() > MOST {
        let _ = writeln!(out, "- and {} more kinds", short.len() - MOST);
    }
    order(&mut out, parts);
    let _ = writeln!(out, "\n## What is in this folder\n\n| file | what it is |\n|---|---|");
    let of_migration = documents.iter().filter(|it| it.name.starts_with("migration/")).count();
    for (number, it) in documents.iter().enumerate() {
        // They come last. A history of thousands of files needs no line for each of them.
        if it.name.starts_with("migration/") && number >= documents.len() - of_migration + MOST {
            let _ = writeln!(out, "| migration/… | {} more |", documents.len() - number);
            break;
        }
        let _ = writeln!(out, "| [{}]({}) | {} |", it.name, it.name, text(&it.about));
    }
    out
}

/// One paragraph.
fn change(parts: &Parts) -> String {
    let trace = &parts.trace;
    let steps = words::count(trace.steps.len(), "step");
    let mut out = format!("{steps} on PostgreSQL {}, run by {}.", trace.postgres, text(&trace.runner));
    let changes = &parts.handoff.changes;
    if changes.is_empty() {
        out += " The schema stays as it is.";
    } else {
        let named = changes.iter().take(CHANGES).zip(0..);
        // One sentence of many parts.
        let named: Vec<String> =
            named.map(|(it, place)| marked(&if place == 0 { it.clone() } else { words::lower_first(it) })).collect();
        let _ = write!(out, " {}", named.join("; "));
        match changes.len().saturating_sub(CHANGES) {
            0 => out.push('.'),
            more => _ = write!(out, "; and {more} more changes ([handoff.md](handoff.md))."),
        }
    }
    if !trace.steps.is_empty() {
        let lock: String = strongest_lock(trace).0.iter().map(|it| it.text.as_str()).collect();
        let _ = write!(out, " Strongest lock of the migration as it is: {}.", text(&lock));
    }
    out
}

/// What keeps it from being shipped as it is.
fn read_first(parts: &Parts) -> Vec<String> {
    let (trace, plan) = (&parts.trace, &parts.plan);
    let mut out = vec![];
    if trace.steps.is_empty() {
        out.push("No statement is found in the files: see that they are those that were meant.".into());
        return out;
    }
    let indexes = |outcome: &str| -> Vec<String> {
        trace.steps.iter().filter(|it| it.outcome == outcome).map(|it| it.index.to_string()).collect()
    };
    for it in trace.diagnostics.iter().filter(|it| it.severity == "error") {
        out.push(format!("{} cannot be read: {}", code(&format!("{}:{}", it.file, it.line)), text(&it.message)));
    }
    if let Some(step) = trace.steps.iter().find(|it| it.outcome == "failed") {
        out.push(format!("**Step {} is sure to fail**{}.", step.index, why(step)));
    }
    if !indexes("skipped").is_empty() {
        out.push(format!("Because of that, {} not run.", is(&indexes("skipped"))));
    }
    if !indexes("unknown").is_empty() {
        let steps = indexes("unknown");
        out.push(format!(
            "What {} {} is not known: `lockstep rehearse` shows it on a throwaway server.",
            findings::steps_of(&steps),
            if steps.len() == 1 { "does" } else { "do" }
        ));
    }
    if !indexes("depends_on_data").is_empty() {
        let steps = findings::steps_of(&indexes("depends_on_data"));
        out.push(format!(
            "The rows decide whether {steps} can be done: [validation-before.sql](validation-before.sql) asks what can be \
             asked from the start, [validation.md](validation.md) has the rest."
        ));
    }
    match (&plan.stopped, plan.end.schema.as_str()) {
        (Some(why), _) => out.push(format!("The safe plan is not complete: {}", text(why))),
        (None, "order_differs") => {
            out.push("The safe plan ends in another order of columns than the migration ([plan.md](plan.md)).".into());
        }
        (None, "differs") => {
            out.push("**The safe plan ends in another schema than the migration** ([plan.md](plan.md)).".into());
        }
        _ => {}
    }
    for it in plan.statements.iter().filter(|it| it.verdict == "unsolved").take(MOST) {
        let why = it.why.strip_prefix("It ").map_or_else(|| format!("stays as it is: {}", it.why), str::to_owned);
        out.push(format!("Safe plan: step {} of the migration {}", it.step, text(&why)));
    }
    if parts.rollback.grade != "exact" {
        let grade = words::lower_first(rollback::grade(&parts.rollback.grade).trim_end_matches('.'));
        out.push(format!("Way back: {grade} ([rollback.md](rollback.md))."));
    }
    out
}

fn is(steps: &[String]) -> String {
    format!("{} {}", findings::steps_of(steps), if steps.len() == 1 { "is" } else { "are" })
}

fn why(step: &Step) -> String {
    let state = step.sqlstate.as_deref().unwrap_or_default();
    let name = words::condition(state).map(|it| format!(" {}", text(it))).unwrap_or_default();
    let message = step.message.as_deref().map(|it| format!(": {}", text(it))).unwrap_or_default();
    format!(" with {}{name}{message}", text(state))
}

/// Whether it does all that the migration does, and nothing of it stays dangerous.
pub(super) fn plan_is_complete(plan: &SafePlan) -> bool {
    plan.stopped.is_none() && plan.end.schema != "differs" && plan.statements.iter().all(|it| it.verdict != "unsolved")
}

fn order(out: &mut String, parts: &Parts) {
    let (plan, handoff) = (&parts.plan, &parts.handoff);
    if parts.trace.steps.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## Deploy order");
    if !plan.stages.is_empty() {
        let caution = if plan_is_complete(plan) { "" } else { ", as far as there is one" };
        let _ = writeln!(out, "\nWith the safe plan ([plan.sql](plan.sql)){caution}:\n");
        let mut number = 0;
        let mut next = |line: String| {
            number += 1;
            let _ = writeln!(out, "{number}. {line}");
        };
        for it in &plan.stages {
            for needed in &it.deploy {
                next(format!("Make sure of every running version: {}", text(&words::lower_first(needed))));
            }
            next(stage(it, plan.stages.len()));
        }
        if plan.stopped.is_none() {
            next("Ask [validation-after.sql](validation-after.sql).".into());
        }
        if let Some((tool, made)) = parts.tool.as_ref().filter(|(_, made)| !made.releases.is_empty()) {
            let how = match made.releases.len() {
                1 => "its files".to_owned(),
                _ => "its folders `release-1`, `release-2` … in that order, and deploy in between".into(),
            };
            let _ = writeln!(out, "\nOr let {} run {how}: `plan/{}/`.", tool.id, tool.id);
        }
    }
    let _ = writeln!(out, "\nWith the migration as it is ([handoff.md](handoff.md)):\n");
    for (stage, number) in handoff.order.iter().zip(1..) {
        let _ = writeln!(out, "{number}. {}.", marked(&stage.what));
    }
    for (note, place) in handoff.order_notes.iter().zip(0..) {
        let _ = writeln!(out, "{}> - {}", if place == 0 { "\n" } else { "" }, marked(note));
    }
}

fn stage(stage: &Stage, stages: usize) -> String {
    let steps = match (stage.steps.first(), stage.steps.last()) {
        (Some(first), Some(last)) if first.index != last.index => format!("steps {} to {}", first.index, last.index),
        (Some(only), _) => format!("step {}", only.index),
        _ => "nothing".into(),
    };
    match stages {
        1 => format!("Run the plan ({steps} of it)."),
        _ => format!("Run stage {}, {} ({steps} of the plan).", stage.index, text(&stage.phase)),
    }
}
