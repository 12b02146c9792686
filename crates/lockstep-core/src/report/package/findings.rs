//! What is dangerous, fails or is not known, as one list.

use std::fmt::Write;

use crate::report::markdown::{code, text};
use crate::report::wire::{Step, Trace};
use crate::report::words;

const SEVERITIES: [&str; 3] = ["error", "warning", "note"];

pub(super) fn markdown(trace: &Trace) -> String {
    let mut out = String::from("# Findings\n\n");
    let steps = words::count(trace.steps.len(), "step");
    let place = format!("in {steps} on PostgreSQL {}, run by {}", trace.postgres, text(&trace.runner));
    let _ = writeln!(out, "{} {place}.", counted(trace));
    for it in &trace.diagnostics {
        let place = code(&format!("{}:{}", it.file, it.line));
        let _ = writeln!(out, "\n- **{}** ({place}): {}", text(&it.severity), text(&it.message));
    }
    for step in trace.steps.iter().filter(|it| it.outcome != "done" || !it.findings.is_empty()) {
        self::step(&mut out, step);
    }
    let ignored: Vec<_> = trace.steps.iter().flat_map(|step| step.ignored.iter().map(move |it| (step, it))).collect();
    if !ignored.is_empty() {
        let _ = writeln!(out, "\n## Ignored, for the reason that the file gives\n");
    }
    for (step, it) in ignored {
        let place = code(&format!("{}:{}", step.file, it.line));
        let _ = writeln!(out, "- {} ({place}): {}", code(&it.id), text(&it.reason));
    }
    out
}

fn step(out: &mut String, step: &Step) {
    let place = code(&format!("{}:{}", step.file, step.line));
    let _ = writeln!(out, "\n## Step {}: {} ({place})\n", step.index, text(&step.command));
    let message = step.message.as_deref().map(|it| format!(": {}", text(it))).unwrap_or_default();
    let with = step.sqlstate.as_deref().map(|it| format!(" with {}", state(it))).unwrap_or_default();
    match &*step.outcome {
        "failed" => _ = writeln!(out, "- **It fails{with}**{message}"),
        "skipped" => _ = writeln!(out, "- It is skipped{message}"),
        "unknown" => _ = writeln!(out, "- What it does is not known{message}"),
        _ => {}
    }
    for it in step.detail.iter().chain(&step.hint) {
        let _ = writeln!(out, "- {}", text(it));
    }
    for it in &step.preconditions {
        let (query, expected) = (code(&it.query), text(&it.expected));
        let _ =
            writeln!(out, "- Only the rows can tell: {query} must answer {expected}, else {}.", state(&it.sqlstate));
    }
    for it in &step.findings {
        let _ = writeln!(out, "- **{}** {}: {}. {}", it.severity, code(&it.id), text(&it.title), text(&it.message));
        if let Some(recipe) = &it.recipe {
            let _ = writeln!(out, "  <br>Instead: {}", text(recipe));
        }
    }
}

fn state(sqlstate: &str) -> String {
    match words::condition(sqlstate) {
        Some(name) => format!("{} {}", text(sqlstate), text(name)),
        None => text(sqlstate),
    }
}

/// `2 errors, 1 warning`.
pub(super) fn counted(trace: &Trace) -> String {
    let findings = || trace.steps.iter().flat_map(|it| &it.findings);
    let counts =
        SEVERITIES.iter().filter_map(|severity| match findings().filter(|it| it.severity == *severity).count() {
            0 => None,
            number => Some(words::count(number, severity)),
        });
    let counts: Vec<String> = counts.collect();
    if counts.is_empty() { "No finding".into() } else { counts.join(", ") }
}

/// One line for each hazard, the gravest first: `**error** `x` (steps 1, 4): its title`.
pub(super) fn short(trace: &Trace) -> Vec<String> {
    let mut kinds: Vec<(usize, &str, &str, Vec<String>)> = vec![];
    for step in &trace.steps {
        for it in &step.findings {
            let rank = SEVERITIES.iter().position(|severity| it.severity == *severity).unwrap_or(SEVERITIES.len());
            let index = step.index.to_string();
            match kinds.iter_mut().find(|known| (known.0, known.1) == (rank, &*it.id)) {
                Some(known) if known.3.contains(&index) => {}
                Some(known) => known.3.push(index),
                None => kinds.push((rank, &it.id, &it.title, vec![index])),
            }
        }
    }
    kinds.sort_by_key(|it| it.0);
    let line = |(rank, id, title, steps): (usize, &str, &str, Vec<String>)| {
        let severity = SEVERITIES.get(rank).copied().unwrap_or("note");
        format!("**{severity}** {} ({}): {}", code(id), steps_of(&steps), text(title))
    };
    kinds.into_iter().map(line).collect()
}

/// `step 3`, `steps 1, 4`, and no more of them than are read.
pub(super) fn steps_of(steps: &[String]) -> String {
    const MOST: usize = 8;
    match steps {
        [one] => format!("step {one}"),
        all if all.len() > MOST => format!("steps {} and {} more", all[..MOST].join(", "), all.len() - MOST),
        all => format!("steps {}", all.join(", ")),
    }
}
