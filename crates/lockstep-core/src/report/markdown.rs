//! A trace as Markdown, for a pull request or a ticket: a summary table, then the steps.

use std::fmt::Write;

use crate::report::{change, styled, wire, words};

pub fn markdown(trace: &wire::Trace) -> String {
    let mut out = String::new();
    let place = format!("PostgreSQL {}, run by {}", trace.postgres, text(&trace.runner));
    let _ = writeln!(out, "# What this migration does\n\n{}, {place}.", words::count(trace.steps.len(), "step"));
    for diagnostic in &trace.diagnostics {
        let place = format!("{}:{}:{}", diagnostic.file, diagnostic.line, diagnostic.column);
        let message = text(&diagnostic.message);
        let _ = writeln!(out, "\n**{}** {}: {message}", text(&diagnostic.severity), code(&place));
        for hint in &diagnostic.hints {
            let _ = writeln!(out, "{}", text(hint));
        }
    }
    if trace.steps.is_empty() {
        return out;
    }
    overview(&mut out, trace);
    for step in &trace.steps {
        self::step(&mut out, trace, step);
    }
    out
}

fn overview(out: &mut String, trace: &wire::Trace) {
    let _ = writeln!(out, "\n| step | statement | transaction | outcome | strongest lock | work | findings |");
    let _ = writeln!(out, "|---:|---|---:|---|---|---|---|");
    for step in &trace.steps {
        let rank = |lock: &&wire::Lock| words::severity(&lock.mode, lock.blocks_reads, lock.blocks_writes);
        let lock =
            step.shown_locks().filter(|lock| !lock.new).max_by_key(rank).map_or_else(String::new, |lock| {
                format!("{} on {}", words::lock_mode(&lock.mode), code(&lock.relation))
            });
        let mut work: Vec<&str> = step.work.iter().map(|work| &*work.kind).collect();
        work.dedup();
        let findings: Vec<String> =
            step.findings.iter().map(|it| format!("{} {}", it.severity, code(&it.id))).collect();
        let cells = [
            step.index.to_string(),
            text(&step.command),
            step.transaction.to_string(),
            verdict(step),
            lock,
            work.join(", ").replace('_', " "),
            findings.join(", "),
        ];
        let _ = writeln!(out, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
}

fn verdict(step: &wire::Step) -> String {
    let (icon, word) = words::outcome(&step.outcome);
    let sqlstate = step.sqlstate.as_deref().map(|it| format!(" {}", code(it))).unwrap_or_default();
    format!("{icon} {word}{sqlstate}")
}

fn step(out: &mut String, trace: &wire::Trace, step: &wire::Step) {
    let place = code(&format!("{}:{}", step.file, step.line));
    let _ = writeln!(out, "\n## Step {}: {} ({place})\n", step.index, verdict(step));
    fence(out, &step.sql);
    if !step.caption.is_empty() {
        let _ = writeln!(out, "\n{}", text(&step.caption));
    }
    let mut items = vec![];
    if let Some(message) = &step.message {
        let label = if step.outcome == "failed" { "Error" } else { "Reason" };
        items.push(format!("**{label}:** {}", text(message)));
    }
    items.extend(step.detail.iter().map(|detail| format!("**Detail:** {}", text(detail))));
    items.extend(step.hint.iter().map(|hint| format!("**Hint:** {}", text(hint))));
    for condition in &step.preconditions {
        let (query, expected) = (code(&condition.query), text(&condition.expected));
        items
            .push(format!("**Depends on the rows:** {query} must answer {expected}, otherwise {}", condition.sqlstate));
    }
    let transaction = words::transaction_of(trace, step);
    for lock in step.shown_locks().filter(|lock| !lock.new) {
        let blocks = words::blocks(&lock.mode, lock.blocks_reads, lock.blocks_writes);
        let (mode, until) = (words::lock_mode(&lock.mode), words::held_until(transaction));
        items.push(format!("**Lock:** {mode} on {}: {blocks}, {until}", code(&lock.relation)));
    }
    for wait in &step.waits_for {
        let mode = words::lock_mode(&wait.mode);
        items.push(format!("**Waits** for holders of locks on {} in conflict with {mode}", code(&wait.relation)));
    }
    for work in &step.work {
        let reason = if work.reason.is_empty() { String::new() } else { format!(" ({})", text(&work.reason)) };
        items.push(format!("**Work:** {}{reason}", text(&words::work(work))));
    }
    for change in &step.changes {
        items.push(format!("**Schema:** {}", text(&change::headline(change))));
        items.extend(change::differences(change).iter().map(|it| format!("  {} {}", it.sign.word(), code(&it.text))));
    }
    items.extend(step.notices.iter().map(|notice| format!("**Notice:** {}", text(notice))));
    for finding in &step.findings {
        items.push(format!("**{} {}:** {}", text(&finding.severity), code(&finding.id), text(&finding.message)));
    }
    for it in &step.ignored {
        items.push(format!("**Ignored {}:** {} (line {})", code(&it.id), text(&it.reason), it.line));
    }
    if !items.is_empty() {
        out.push('\n');
    }
    for item in items {
        let indent = if item.starts_with("  ") { "  " } else { "" };
        let _ = writeln!(out, "{indent}- {}", item.trim_start());
    }
}

/// Text that no Markdown or HTML can grow out of, on one line.
pub fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut characters = raw.chars().peekable();
    let mut before = ' ';
    while let Some(character) = characters.next() {
        let within_word = before.is_ascii_alphanumeric() && characters.peek().is_some_and(char::is_ascii_alphanumeric);
        match character {
            '\n' | '\r' => out.push(' '),
            // Inside of a word it is no sign of emphasis, and names are full of it.
            '_' if within_word => out.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!' | '@' => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(styled::visible(other)),
        }
        before = character;
    }
    out
}

/// Inline code, whatever back quotes it holds.
pub fn code(raw: &str) -> String {
    let line: String = raw.chars().map(|it| if it.is_control() { ' ' } else { styled::visible(it) }).collect();
    let ticks = "`".repeat(longest_run(&line, '`') + 1);
    let space = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{ticks}{space}{line}{space}{ticks}")
}

pub(super) fn fence(out: &mut String, sql: &str) {
    fenced(out, "sql", &format!("{sql};"));
}

/// A block of code, whatever back quotes it holds.
pub fn fenced(out: &mut String, language: &str, text: &str) {
    let ticks = "`".repeat((longest_run(text, '`') + 1).max(3));
    let visible = |it: char| if it == '\n' || it == '\t' { it } else { styled::visible(it) };
    let body: String = text.replace("\r\n", "\n").chars().map(visible).collect();
    let _ = writeln!(out, "{ticks}{language}\n{body}\n{ticks}");
}

fn longest_run(text: &str, of: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for character in text.chars() {
        run = if character == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_markdown() {
        assert_eq!(text("<img src=x> [a](b)"), "\\<img src=x\\> \\[a\\](b)");
        assert_eq!(text("users_email_key _x_ a_*b*"), "users_email_key \\_x\\_ a\\_\\*b\\*");
        assert_eq!(code("a`b"), "``a`b``");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        let mut out = String::new();
        fence(&mut out, "SELECT '```'");
        assert!(out.starts_with("````sql\n") && out.trim_end().ends_with("````"));
    }
}
