//! A rehearsal for people: what was predicted at the left, what the server did at the right, and a mark
//! for each aspect.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_core::report::styled::{Canvas, Line, Tone};
use lockstep_core::report::{wire, words};
use lockstep_pg::observe::Seen;
use lockstep_pg::rehearse::report::{Agreement, Measured, Rehearsal, Rollback, Step, Verdict};

/// Columns of `✓ outcome  `.
const LABEL: usize = 11;
/// Statements are long; the file has the rest.
const SQL_LINES: usize = 4;

pub(super) fn canvas(rehearsal: &Rehearsal, width: usize) -> Canvas {
    let mut canvas = Canvas::new(width);
    let title = format!(
        "Rehearsed on PostgreSQL {}, as {} would run it: {}",
        rehearsal.server,
        rehearsal.runner,
        words::count(rehearsal.steps.len(), "step")
    );
    canvas.flow(Line::new(), 0, Line::new().with(Tone::Strong, title));
    for note in &rehearsal.notes {
        canvas.flow(Line::new().with(Tone::Muted, "  note: "), 4, Line::new().with(Tone::Plain, note));
    }
    for step in &rehearsal.steps {
        canvas.blank();
        self::step(&mut canvas, step);
        let last_of = rehearsal.transactions.iter().find(|it| it.last == step.index);
        if let Some(it) = last_of.filter(|it| it.agreement.agreement == Agreement::Contradicts) {
            let label = format!("transaction {}", it.index);
            verdict(&mut canvas, &label, &it.agreement, &format!("ends with {}", it.measured));
        }
    }
    canvas.blank();
    verdict(&mut canvas, "schema", &rehearsal.schema, "the catalog is as predicted");
    if let Some(rollback) = &rehearsal.rollback {
        way_back(&mut canvas, rollback);
    }
    if let Some(again) = &rehearsal.again {
        verdict(&mut canvas, "up again", again, "the same outcomes and the same schema as the first time");
    }
    canvas.blank();
    summary(&mut canvas, rehearsal);
    canvas
}

fn step(canvas: &mut Canvas, step: &Step) {
    let mut header = Line::new().with(Tone::Strong, format!("{:>3}  {}", step.index, step.command));
    header.add(Tone::Muted, format!("  {}:{}", step.file, step.line));
    canvas.line(header);
    let lines: Vec<&str> = step.sql.lines().filter(|line| !line.trim().is_empty()).collect();
    for line in lines.iter().take(SQL_LINES) {
        canvas.flow(Line::new().with(Tone::Plain, "     "), 5, Line::new().with(Tone::Code, line));
    }
    if lines.len() > SQL_LINES {
        let rest = format!("     … {} more", words::count(lines.len() - SQL_LINES, "line"));
        canvas.line(Line::new().with(Tone::Muted, rest));
    }
    if ["skipped", "not_reached"].contains(&step.measured.outcome.as_str()) {
        let why = step.measured.message.as_deref().unwrap_or("");
        let word = step.measured.outcome.replace('_', " ");
        canvas.flow(Line::new().with(Tone::Muted, format!("   ? {word}: ")), 7, Line::new().with(Tone::Muted, why));
        return;
    }
    let mut table = Table { left: half(canvas), canvas };
    table.heading();
    table.rows("outcome", &step.agreement.outcome, vec![(predicted_outcome(step), measured_outcome(&step.measured))]);
    // A failure takes back what the step did: there is nothing to set side by side.
    if step.measured.outcome == "done" {
        table.rows("locks", &step.agreement.locks, locks(step));
        table.rows("work", &step.agreement.work, work(step));
        if let Some(verdict) = &step.agreement.waits_for {
            table.rows("waits", verdict, waits(step));
        }
    }
    if let Some(wording) = &step.agreement.wording {
        canvas.flow(Line::new().with(Tone::Muted, "     wording: "), 7, Line::new().with(Tone::Muted, wording));
    }
}

/// Columns for the prediction.
fn half(canvas: &Canvas) -> usize {
    canvas.width.saturating_sub(3 + LABEL) / 2
}

/// Two columns behind a mark and a label.
struct Table<'a> {
    canvas: &'a mut Canvas,
    left: usize,
}

impl Table<'_> {
    fn heading(&mut self) {
        let mut line = Line::new().with(Tone::Plain, " ".repeat(3 + LABEL));
        line.add(Tone::Muted, "predicted");
        line.pad_to(3 + LABEL + self.left);
        line.add(Tone::Muted, "measured");
        self.canvas.line(line);
    }

    /// Nothing on both sides, as predicted, needs no room.
    fn rows(&mut self, label: &str, verdict: &Verdict, rows: Vec<(String, String)>) {
        let (mark, tone) = mark(verdict.agreement);
        let mut first = Line::new().with(Tone::Plain, "   ").with(tone, mark);
        first.add(Tone::Plain, format!(" {label}"));
        let rows = if rows.is_empty() { vec![("none".to_owned(), "none".to_owned())] } else { rows };
        for (left, right) in rows {
            let tone =
                if left == right || verdict.agreement != Agreement::Contradicts { Tone::Plain } else { Tone::Danger };
            let left = Line::new().with(Tone::Plain, left).wrap(self.left - 2);
            let right = Line::new().with(tone, right).wrap(self.left);
            for number in 0..left.len().max(right.len()) {
                let mut line = std::mem::take(&mut first);
                let lead = 3 + LABEL - line.width().min(3 + LABEL);
                line.add(Tone::Plain, " ".repeat(lead));
                line.append(left.get(number).cloned().unwrap_or_default());
                line.pad_to(3 + LABEL + self.left);
                line.append(right.get(number).cloned().unwrap_or_default());
                self.canvas.line(line);
            }
        }
        if [Agreement::NotMeasured, Agreement::NotPredicted].contains(&verdict.agreement) {
            for why in &verdict.differences {
                let lead = Line::new().with(Tone::Plain, " ".repeat(3 + LABEL));
                self.canvas.flow(lead, 3 + LABEL, Line::new().with(Tone::Muted, why));
            }
        }
    }
}

/// Never colour alone.
fn mark(agreement: Agreement) -> (&'static str, Tone) {
    match agreement {
        Agreement::Agrees => ("✓", Tone::Good),
        Agreement::Contradicts => ("✗", Tone::Danger),
        Agreement::NotPredicted | Agreement::NotMeasured => ("?", Tone::Muted),
    }
}

fn predicted_outcome(step: &Step) -> String {
    let predicted = &step.predicted;
    let (_, word) = words::outcome(&predicted.outcome);
    let states: BTreeSet<&str> = predicted.preconditions.iter().map(|it| it.sqlstate.as_str()).collect();
    match (&predicted.sqlstate, states.is_empty()) {
        (Some(sqlstate), _) => format!("{word} {sqlstate}: {}", predicted.message.as_deref().unwrap_or("")),
        (None, false) => format!("{word}, else {}", Vec::from_iter(states).join(", ")),
        (None, true) => word.to_owned(),
    }
}

fn measured_outcome(measured: &Measured) -> String {
    match &measured.sqlstate {
        Some(sqlstate) => format!("fails {sqlstate}: {}", measured.message.as_deref().unwrap_or("")),
        None => format!("{} ({} ms)", words::outcome(&measured.outcome).1, measured.ms),
    }
}

/// A row for each relation that was there before, prediction and measurement side by side.
fn locks(step: &Step) -> Vec<(String, String)> {
    let predicted: BTreeMap<&str, &str> =
        step.predicted.locks.iter().filter(|it| !it.new).map(|it| (it.relation.as_str(), &*it.mode)).collect();
    let measured: BTreeMap<&str, &str> =
        step.measured.locks.iter().filter(|it| !it.new).map(|it| (it.relation.as_str(), it.mode.as_str())).collect();
    let relations: BTreeSet<&str> = predicted.keys().chain(measured.keys()).copied().collect();
    let none = match step.measured.seen {
        Seen::AtEnd => "none",
        Seen::WhileRunning => "not seen",
        Seen::Not => "not looked at",
    };
    let cell = |mode: Option<&&str>, relation: &str, otherwise: &str| {
        mode.map_or_else(|| otherwise.to_owned(), |mode| format!("{} on {relation}", words::lock_mode(mode)))
    };
    relations.into_iter().map(|it| (cell(predicted.get(it), it, "none"), cell(measured.get(it), it, none))).collect()
}

fn work(step: &Step) -> Vec<(String, String)> {
    let told = |work: &[wire::Work]| -> Vec<String> {
        work.iter().filter(|it| it.kind != "write_rows").map(short_work).collect()
    };
    let (mut predicted, mut measured) = (told(&step.predicted.work), told(&step.measured.work));
    predicted.sort();
    measured.sort();
    let all: BTreeSet<String> = predicted.iter().chain(&measured).cloned().collect();
    let cell = |list: &[String], it: &String| if list.contains(it) { it.clone() } else { "none".to_owned() };
    all.iter().map(|it| (cell(&predicted, it), cell(&measured, it))).collect()
}

/// By what identifies it on both sides.
fn short_work(work: &wire::Work) -> String {
    let object = work.object.as_deref().unwrap_or(&work.relation);
    match &*work.kind {
        "rewrite" => format!("rewrites {}", work.relation),
        "verify" => format!("reads every row of {}", work.relation),
        "build_index" => format!("builds {object}"),
        "validate_foreign_key" => format!("checks {object}"),
        other => format!("{other} {object}"),
    }
}

fn waits(step: &Step) -> Vec<(String, String)> {
    let measured = match step.measured.waited {
        Some(true) => "waited until that transaction ended",
        Some(false) => "did not wait",
        None => "not tried",
    };
    let rows = step.predicted.waits_for.iter().map(|it| {
        let predicted =
            format!("for holders of locks on {} that conflict with {}", it.relation, words::lock_mode(&it.mode));
        (predicted, measured.to_owned())
    });
    rows.collect()
}

/// One aspect with its differences below.
fn verdict(canvas: &mut Canvas, label: &str, verdict: &Verdict, agreed: &str) {
    let (mark, tone) = mark(verdict.agreement);
    let mut line = Line::new().with(tone, mark).with(Tone::Strong, format!(" {label}"));
    line.pad_to(20);
    match verdict.agreement {
        Agreement::Agrees => canvas.flow(line, 4, Line::new().with(Tone::Plain, agreed)),
        Agreement::Contradicts => {
            line.add(Tone::Danger, "the server contradicts:");
            canvas.line(line);
            for difference in &verdict.differences {
                canvas.flow(Line::new().with(Tone::Plain, "    "), 6, Line::new().with(Tone::Plain, difference));
            }
        }
        Agreement::NotPredicted => canvas.flow(line, 4, reason("not predicted", verdict)),
        Agreement::NotMeasured => canvas.flow(line, 4, reason("not measured", verdict)),
    }
}

fn reason(what: &str, verdict: &Verdict) -> Line {
    let why = verdict.differences.join("; ");
    Line::new().with(Tone::Muted, if why.is_empty() { what.to_owned() } else { format!("{what}: {why}") })
}

fn way_back(canvas: &mut Canvas, rollback: &Rollback) {
    let grade = rollback.grade.replace('_', " ");
    verdict(
        canvas,
        "way back",
        &rollback.script,
        &format!("from step {}, {grade}: the script runs", rollback.from_step),
    );
    // One reason is enough where nothing was tried.
    if rollback.script.agreement == Agreement::Agrees {
        let schema = match rollback.grade.as_str() {
            "exact" => "the catalog is that of the start",
            _ => "the catalog is that of the start, but for what is announced as lost",
        };
        verdict(canvas, "  its schema", &rollback.schema, schema);
        verdict(canvas, "  its rows", &rollback.rows, "every table holds the rows of the start");
    }
}

fn summary(canvas: &mut Canvas, rehearsal: &Rehearsal) {
    let summary = rehearsal.summary;
    let mut line = match summary.contradicts {
        0 => Line::new().with(Tone::Good, "✓ Nothing contradicts the prediction."),
        number => {
            let claims = if number == 1 { "claim" } else { "claims" };
            Line::new().with(Tone::Danger, format!("✗ The server contradicts {number} {claims}."))
        }
    };
    line.add(
        Tone::Plain,
        format!(
            " {} confirmed, {} not predicted, {} not measured.",
            summary.agrees, summary.not_predicted, summary.not_measured
        ),
    );
    canvas.flow(Line::new(), 0, line);
}
