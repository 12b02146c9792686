//! A trace as text for people: steps one below the other, transactions as brackets at the left,
//! what each step locks and does in words, a summary at the end.

mod summary;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub(in crate::report) use summary::strongest_lock;

use crate::report::change::{self, Sign};
use crate::report::styled::{Canvas, Line, Tone};
use crate::report::{wire, words};
use crate::rewrite;

/// Lines of SQL shown of one statement; the file has the rest.
const SQL_LINES: usize = 12;
/// Columns of `locks     `, `work      ` …
const LABEL: usize = 9;

/// What all steps of a page share: widths of columns, so that the eye can run down, and what was said.
struct Columns {
    number: usize,
    mode: usize,
    relation: usize,
    /// Reasons that were given already: once a page is enough.
    explained: BTreeSet<wire::Word>,
}

pub fn timeline(trace: &wire::Trace, width: usize) -> Canvas {
    let mut canvas = Canvas::new(width);
    canvas.flow(Line::new(), 0, Line::new().with(Tone::Strong, title(trace)));
    for diagnostic in &trace.diagnostics {
        canvas.blank();
        complaint(&mut canvas, diagnostic);
    }
    let mut columns = Columns::of(trace);
    let mut steps = trace.steps.iter().peekable();
    while let Some(first) = steps.next() {
        let transaction = words::transaction_of(trace, first);
        let bracket = transaction.filter(|it| it.kind != "single");
        canvas.gutter = Line::new();
        canvas.blank();
        if let Some(transaction) = bracket {
            canvas.line(Line::new().with(Tone::Muted, format!("╭─ {}", opening(trace, transaction))));
            canvas.gutter.add(Tone::Muted, "│ ");
        } else {
            canvas.gutter.add(Tone::Plain, "  ");
        }
        step(&mut canvas, &mut columns, transaction, first);
        while let Some(next) = steps.next_if(|next| next.transaction == first.transaction) {
            canvas.blank();
            step(&mut canvas, &mut columns, transaction, next);
        }
        canvas.gutter = Line::new();
        if let Some(transaction) = bracket {
            canvas.line(Line::new().with(Tone::Muted, format!("╰─ {}", closing(transaction))));
        }
    }
    canvas.gutter = Line::new();
    summary::summary(&mut canvas, trace);
    canvas
}

fn title(trace: &wire::Trace) -> String {
    let place = format!("PostgreSQL {}, run by {}", trace.postgres, trace.runner);
    if trace.steps.is_empty() {
        return format!("No SQL statement to run ({place})");
    }
    let steps = words::count(trace.steps.len(), "step");
    let files: BTreeSet<&str> = trace.steps.iter().map(|step| step.file.as_str()).collect();
    let origin = match (files.len(), files.first()) {
        (1, Some(name)) => format!("{name}: "),
        (many, _) => format!("{many} files: "),
    };
    format!("{origin}{steps} in {} on {place}", words::count(trace.transactions.len().max(1), "transaction"))
}

fn opening(trace: &wire::Trace, transaction: &wire::Transaction) -> String {
    let opener = match &*transaction.kind {
        "runner" => format!("opened by {}", trace.runner),
        _ => "opened by BEGIN".into(),
    };
    format!("transaction {} · {opener}", transaction.index)
}

fn closing(transaction: &wire::Transaction) -> &'static str {
    match &*transaction.end {
        "rollback" => "ROLLBACK · nothing of this transaction stays; its locks are released",
        "open" => "still open where the SQL ends · locks are held until the session commits or ends",
        _ => "COMMIT · its locks are released",
    }
}

fn complaint(canvas: &mut Canvas, diagnostic: &wire::Diagnostic) {
    let mut first = Line::new().with(tone(&diagnostic.severity), format!("{}: ", diagnostic.severity));
    first.add(Tone::Muted, format!("{}:{}:{} ", diagnostic.file, diagnostic.line, diagnostic.column));
    canvas.flow(Line::new(), 2, {
        first.add(Tone::Plain, &diagnostic.message);
        first
    });
    for hint in &diagnostic.hints {
        canvas.flow(Line::new().with(Tone::Plain, "  "), 2, Line::new().with(Tone::Muted, hint));
    }
}

fn step(canvas: &mut Canvas, columns: &mut Columns, transaction: Option<&wire::Transaction>, step: &wire::Step) {
    header(canvas, columns, step);
    let indent = columns.number + 1;
    canvas.gutter.add(Tone::Plain, " ".repeat(indent));
    if !step.caption.is_empty() {
        let tone = if step.outcome == "failed" { Tone::Danger } else { Tone::Plain };
        canvas.flow(Line::new(), 0, Line::new().with(tone, &step.caption));
    }
    sql(canvas, step);
    outcome(canvas, step);
    locks(canvas, columns, transaction, step);
    if !["COMMIT", "ROLLBACK"].contains(&&*step.command) {
        held(canvas, columns, step);
    }
    for wait in &step.waits_for {
        let text = format!(
            "for every transaction that already holds a lock on {} in conflict with {}; queues nobody behind itself",
            wait.relation,
            words::lock_mode(&wait.mode)
        );
        labelled(canvas, "waits", Line::new().with(Tone::Plain, text));
    }
    for (number, work) in step.work.iter().enumerate() {
        let mut line = Line::new().with(Tone::Caution, words::work(work));
        if !work.reason.is_empty() {
            line.add(Tone::Plain, format!(" ({})", work.reason));
        }
        labelled(canvas, if number == 0 { "work" } else { "" }, line);
    }
    changes(canvas, step);
    if let Some(estimate) = &step.estimate {
        labelled(canvas, "time", Line::new().with(Tone::Plain, words::estimate(estimate)));
    }
    for notice in &step.notices {
        labelled(canvas, "notice", Line::new().with(Tone::Plain, notice));
    }
    canvas.gutter.0.pop();
}

fn header(canvas: &mut Canvas, columns: &Columns, step: &wire::Step) {
    let (icon, word) = words::outcome(&step.outcome);
    let number = Line::new().with(Tone::Strong, format!("{:>width$} ", step.index, width = columns.number));
    let mut line = Line::new().with(outcome_tone(&step.outcome), format!("{icon} {word}"));
    if let Some(sqlstate) = &step.sqlstate {
        line.add(outcome_tone(&step.outcome), format!(" with {}", with_condition(sqlstate)));
    }
    line.add(Tone::Strong, format!("  {}", step.command));
    line.add(Tone::Muted, format!("  {}:{}", step.file, step.line));
    canvas.flow(number, columns.number + 1, line);
}

/// The statement behind its line numbers, and what was found in it. `BEGIN` alone says nothing that
/// the header does not say.
fn sql(canvas: &mut Canvas, step: &wire::Step) {
    if step.sql.eq_ignore_ascii_case(&step.command) && step.findings.is_empty() {
        return;
    }
    let lines: Vec<&str> = step.sql.lines().collect();
    let shown = if lines.len() > SQL_LINES + 1 { SQL_LINES } else { lines.len() };
    let digits = (step.line + shown.max(1) - 1).to_string().len();
    let margin = common_indent(&lines);
    for (number, line) in lines.iter().take(shown).enumerate() {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let indent = if number == 0 { 0 } else { (indent - margin.min(indent)).min(24) };
        let end = if number + 1 == lines.len() { ";" } else { "" };
        let code = Line::new().with(Tone::Code, clipped(line.trim())).with(Tone::Code, end);
        let place = format!("{:>digits$} │ {:indent$}", step.line + number, "");
        canvas.flow(Line::new().with(Tone::Muted, place), digits + 5, code);
    }
    if shown < lines.len() {
        let rest = words::count(lines.len() - shown, "more line");
        canvas.line(Line::new().with(Tone::Muted, format!("{:digits$} ⋮ {rest}", "")));
    }
    for finding in &step.findings {
        self::finding(canvas, digits + 1, finding);
    }
    for it in &step.ignored {
        let mark = Line::new().with(Tone::Muted, format!("{:digits$} ╰ ", ""));
        let text = format!("ignored[{}]: {} (line {})", it.id, it.reason, it.line);
        canvas.flow(mark, digits + 3, Line::new().with(Tone::Muted, text));
    }
}

/// What all lines but the first are indented by, beyond a usual step: a statement inside a block.
fn common_indent(lines: &[&str]) -> usize {
    let filled = lines.iter().skip(1).filter(|line| !line.trim().is_empty());
    let least = filled.map(|line| line.len() - line.trim_start_matches([' ', '\t']).len()).min().unwrap_or(0);
    least.saturating_sub(2)
}

/// A line of data can be a megabyte long.
fn clipped(line: &str) -> String {
    match line.char_indices().nth(400) {
        Some((at, _)) => format!("{} …", &line[..at]),
        None => line.to_owned(),
    }
}

fn outcome(canvas: &mut Canvas, step: &wire::Step) {
    let tone = outcome_tone(&step.outcome);
    let label = match &*step.outcome {
        "failed" => "error",
        "unknown" => "unknown",
        "skipped" => "skipped",
        _ => "message",
    };
    // The caption says it already, in the same words.
    if let Some(message) = step.message.as_ref().filter(|message| !step.caption.contains(message.as_str())) {
        labelled(canvas, label, Line::new().with(tone, message));
    }
    for (label, text) in [("detail", &step.detail), ("hint", &step.hint)] {
        if let Some(text) = text {
            labelled(canvas, label, Line::new().with(Tone::Plain, text));
        }
    }
    for condition in &step.preconditions {
        let text = format!(
            "only the rows can tell: done where this query answers {}, otherwise it fails with {}",
            condition.expected,
            with_condition(&condition.sqlstate)
        );
        labelled(canvas, "if", Line::new().with(Tone::Caution, text));
        labelled(canvas, "", Line::new().with(Tone::Code, condition.query.replace('\n', " ")));
    }
}

fn locks(canvas: &mut Canvas, columns: &mut Columns, transaction: Option<&wire::Transaction>, step: &wire::Step) {
    let old: Vec<&wire::Lock> = step.shown_locks().filter(|lock| !lock.new).collect();
    let mut label = "locks";
    if !old.is_empty() {
        let least = if step.outcome == "unknown" { "at least these, " } else { "" };
        let until = words::held_until(transaction);
        labelled(canvas, label, Line::new().with(Tone::Muted, format!("{least}{until}:")));
        label = "";
    }
    for (number, lock) in old.iter().enumerate() {
        let line = columns.lock(label, &lock.mode, &lock.relation, lock.blocks_reads, lock.blocks_writes);
        let tone = lock_tone(lock.blocks_reads, lock.blocks_writes);
        let mut body = Line::new();
        if old[..number].iter().any(|earlier| alike(earlier, lock)) {
            body.add(tone, "likewise");
        } else {
            body.add(tone, words::blocks(&lock.mode, lock.blocks_reads, lock.blocks_writes));
            if !lock.reason.is_empty() && columns.explained.insert(lock.reason.clone()) {
                body.add(Tone::Muted, format!(" ({})", lock.reason));
            }
        }
        canvas.flow(line.with(Tone::Plain, "  "), LABEL + 2, body);
    }
    let new: Vec<&str> = step.shown_locks().filter(|lock| lock.new).map(|lock| lock.relation.as_str()).collect();
    if !new.is_empty() {
        let text = format!("new, so nobody waits: {}", new.join(", "));
        labelled(canvas, label, Line::new().with(Tone::Muted, text));
    }
}

/// Different in nothing but the relation.
fn alike(a: &wire::Lock, b: &wire::Lock) -> bool {
    let what = |it: &wire::Lock| (it.kind.clone(), it.mode.clone(), it.reason.clone());
    what(a) == what(b)
}

fn held(canvas: &mut Canvas, columns: &Columns, step: &wire::Step) {
    let again =
        |held: &&wire::Held| !step.locks.iter().any(|lock| lock.relation == held.relation && lock.mode == held.mode);
    let mut label = "held";
    for held in step.held.iter().filter(|held| held.blocks_reads || held.blocks_writes).filter(again) {
        let line = columns.lock(label, &held.mode, &held.relation, held.blocks_reads, held.blocks_writes);
        let blocks = words::blocks(&held.mode, held.blocks_reads, held.blocks_writes);
        let body = Line::new().with(Tone::Plain, format!("{blocks}, since step {}", held.since));
        canvas.flow(line.with(Tone::Plain, "  "), LABEL + 2, body);
        label = "";
    }
}

fn changes(canvas: &mut Canvas, step: &wire::Step) {
    let mut label = "schema";
    for change in &step.changes {
        labelled(canvas, label, Line::new().with(Tone::Plain, change::headline(change)));
        label = "";
        for difference in change::differences(change) {
            let tone = match difference.sign {
                Sign::Added => Tone::Good,
                Sign::Removed => Tone::Danger,
                Sign::Changed => Tone::Caution,
            };
            let first = Line::new().with(tone, format!("{:LABEL$}{} ", "", difference.sign.icon()));
            canvas.flow(first, LABEL + 2, Line::new().with(Tone::Plain, difference.text));
        }
    }
}

/// Hangs on the statement's gutter.
fn finding(canvas: &mut Canvas, column: usize, finding: &wire::Finding) {
    let gutter = " ".repeat(column);
    let tone = tone(&finding.severity);
    let heading = if finding.title.is_empty() { &*finding.message } else { &*finding.title };
    let mark = Line::new().with(Tone::Muted, format!("{gutter}╰ "));
    let text = Line::new().with(tone, format!("{}[{}]: ", finding.severity, finding.id)).with(Tone::Strong, heading);
    canvas.flow(mark, column + 2, text);
    let indent = || Line::new().with(Tone::Plain, format!("{gutter}  "));
    if heading != finding.message {
        canvas.flow(indent(), column + 2, Line::new().with(Tone::Plain, &finding.message));
    }
    let recipe = finding.recipe.as_deref().map(|id| rewrite::find(id).map_or(id, |it| it.about));
    for (number, line) in recipe.iter().flat_map(|recipe| recipe.lines()).enumerate() {
        let lead = if number == 0 { "instead: " } else { "         " };
        canvas.flow(indent().with(Tone::Good, lead), column + 4, Line::new().with(Tone::Plain, line));
    }
    let more = format!("more: lockstep explain {}", finding.id);
    canvas.flow(indent(), column + 2, Line::new().with(Tone::Muted, more));
}

fn labelled(canvas: &mut Canvas, label: &str, body: Line) {
    canvas.flow(Line::new().with(Tone::Muted, format!("{label:LABEL$}")), LABEL, body);
}

impl Columns {
    /// Long names do not push everybody's columns to the right.
    fn of(trace: &wire::Trace) -> Columns {
        let shown = trace.steps.iter().flat_map(|step| {
            let taken = step.shown_locks().filter(|lock| !lock.new).map(|lock| (&lock.mode, &lock.relation));
            taken.chain(step.held.iter().map(|held| (&held.mode, &held.relation)))
        });
        let number = trace.steps.len().to_string().len().max(2);
        let mut columns = Columns { number, mode: 0, relation: 0, explained: BTreeSet::new() };
        for (mode, relation) in shown {
            columns.mode = columns.mode.max(words::lock_mode(mode).len());
            columns.relation = columns.relation.max(super::styled::width(relation).min(24));
        }
        columns
    }

    fn lock(&self, label: &str, mode: &str, relation: &str, reads: bool, writes: bool) -> Line {
        let mut line = Line::new().with(Tone::Muted, format!("{label:LABEL$}"));
        line.add(lock_tone(reads, writes), words::lock_mode(mode));
        line.pad_to(LABEL + self.mode + 2);
        line.add(Tone::Strong, relation);
        if line.width() < LABEL + self.mode + 2 + self.relation {
            line.pad_to(LABEL + self.mode + 2 + self.relation);
        }
        line
    }
}

fn with_condition(sqlstate: &str) -> String {
    words::condition(sqlstate).map_or_else(|| sqlstate.to_owned(), |name| format!("{sqlstate} {name}"))
}

fn lock_tone(reads: bool, writes: bool) -> Tone {
    match (reads, writes) {
        (true, _) => Tone::Danger,
        (_, true) => Tone::Caution,
        _ => Tone::Good,
    }
}

fn outcome_tone(outcome: &str) -> Tone {
    match outcome {
        "done" => Tone::Good,
        "failed" => Tone::Danger,
        "skipped" => Tone::Muted,
        _ => Tone::Caution,
    }
}

fn tone(severity: &str) -> Tone {
    match severity {
        "error" => Tone::Danger,
        "warning" => Tone::Caution,
        _ => Tone::Strong,
    }
}
