//! The last lines of a timeline: what of all this matters most.

use crate::report::styled::{Canvas, Line, Tone};
use crate::report::{wire, words};

/// Columns of the widest label.
const LABEL: usize = 16;

pub(super) fn summary(canvas: &mut Canvas, trace: &wire::Trace) {
    if trace.steps.is_empty() {
        return;
    }
    canvas.blank();
    canvas.line(Line::new().with(Tone::Strong, "Summary"));
    row(canvas, "outcome", outcomes(trace));
    row(canvas, "strongest lock", strongest_lock(trace));
    for (kind, label) in [("rewrite", "rewrites"), ("verify", "reads all rows"), ("build_index", "builds indexes")] {
        let places = places(trace, kind);
        if !places.is_empty() {
            row(canvas, label, Line::new().with(Tone::Caution, places.join(", ")));
        }
    }
    if let Some(line) = time(trace) {
        row(canvas, "time", line);
    }
    row(canvas, "findings", findings(trace));
}

/// What takes longest; without the size of a table, how to give it.
fn time(trace: &wire::Trace) -> Option<Line> {
    if let Some(table) = trace.size_unknown.first() {
        let others = match trace.size_unknown.len() - 1 {
            0 => String::new(),
            more => format!(" and {}", words::count(more, "other table")),
        };
        let text = format!("depends on the size of {table}{others}; say it in the SQL: ");
        let directive = format!("-- lockstep: table {table} rows=10M size=4GB");
        return Some(Line::new().with(Tone::Plain, text).with(Tone::Code, directive));
    }
    let longest = trace.steps.iter().filter_map(|step| Some((step, step.estimate.as_ref()?)));
    let (step, estimate) = longest.max_by(|a, b| a.1.high_ms.total_cmp(&b.1.high_ms))?;
    let text = format!("longest in step {}: {}", step.index, words::estimate(estimate));
    Some(Line::new().with(Tone::Plain, text))
}

fn row(canvas: &mut Canvas, label: &str, body: Line) {
    canvas.flow(Line::new().with(Tone::Muted, format!("  {label:LABEL$}")), 4, body);
}

fn outcomes(trace: &wire::Trace) -> Line {
    let mut line = Line::new();
    let kinds = [
        ("done", Tone::Good, "done"),
        ("failed", Tone::Danger, "failing"),
        ("depends_on_data", Tone::Caution, "depending on the rows"),
        ("skipped", Tone::Muted, "skipped"),
        ("unknown", Tone::Caution, "unknown"),
    ];
    for (outcome, tone, word) in kinds {
        let number = trace.steps.iter().filter(|step| step.outcome == outcome).count();
        if number > 0 {
            line.add(Tone::Plain, if line.0.is_empty() { "" } else { ", " });
            line.add(tone, format!("{number} {word}"));
        }
    }
    line
}

/// On a relation that was there before: only such a lock can make anybody wait.
pub(in crate::report) fn strongest_lock(trace: &wire::Trace) -> Line {
    let locks =
        trace.steps.iter().flat_map(|step| step.shown_locks().filter(|lock| !lock.new).map(move |lock| (step, lock)));
    let rank = |lock: &wire::Lock| words::severity(&lock.mode, lock.blocks_reads, lock.blocks_writes);
    // The first of several equals, so that the eye finds where it begins.
    let worst = locks.reduce(|worst, next| if rank(next.1) > rank(worst.1) { next } else { worst });
    let unknown = trace.steps.iter().filter(|step| step.outcome == "unknown").count();
    let mut line = match worst {
        None if unknown > 0 => Line::new().with(Tone::Caution, "none known"),
        None => Line::new().with(Tone::Good, "none on anything that existed before"),
        Some((step, lock)) => {
            let tone = super::lock_tone(lock.blocks_reads, lock.blocks_writes);
            let blocks = words::blocks(&lock.mode, lock.blocks_reads, lock.blocks_writes);
            Line::new()
                .with(tone, words::lock_mode(&lock.mode))
                .with(Tone::Plain, format!(" on {} ({}): {blocks}", lock.relation, during(trace, step)))
        }
    };
    if unknown > 0 {
        line.add(Tone::Caution, format!("; the locks of {} are unknown", words::count(unknown, "step")));
    }
    line
}

/// The steps through which a lock that `step` takes is held.
fn during(trace: &wire::Trace, step: &wire::Step) -> String {
    let transaction = words::transaction_of(trace, step);
    match transaction.map(|it| it.last).filter(|last| *last > step.index) {
        Some(last) => format!("steps {} to {last}", step.index),
        None => format!("step {}", step.index),
    }
}

fn places(trace: &wire::Trace, kind: &str) -> Vec<String> {
    let mut places = vec![];
    for step in &trace.steps {
        let new = |relation: &str| step.shown_locks().any(|lock| lock.new && lock.relation == relation);
        for work in step.work.iter().filter(|work| work.kind == kind && !new(&work.relation)) {
            let what = match (&work.object, kind) {
                (Some(object), "build_index") => format!("{object} on {}", work.relation),
                _ => work.relation.to_string(),
            };
            places.push(format!("{what} (step {})", step.index));
        }
    }
    places
}

fn findings(trace: &wire::Trace) -> Line {
    let mut line = Line::new();
    for (severity, tone) in [("error", Tone::Danger), ("warning", Tone::Caution), ("note", Tone::Plain)] {
        let findings = trace.steps.iter().flat_map(|step| &step.findings);
        let number = findings.filter(|finding| finding.severity == severity).count();
        if number > 0 {
            line.add(Tone::Plain, if line.0.is_empty() { "" } else { ", " });
            line.add(tone, words::count(number, severity));
        }
    }
    let line = if line.0.is_empty() { line.with(Tone::Good, "none") } else { line };
    match trace.steps.iter().map(|step| step.ignored.len()).sum::<usize>() {
        0 => line,
        ignored => line.with(Tone::Muted, format!("; {ignored} ignored")),
    }
}
