//! A trace as text, for reading and for comparing: what each step does, and the way back from after it.

use std::collections::BTreeMap;
use std::fmt::Write;

use lockstep_core::report;
use lockstep_core::report::wire::{Request, Rollback, Step, Trace};
use serde_json::Value;

/// The whole trace, each step followed by the rollback from after it.
pub fn render(request: &Request, trace: &Trace) -> String {
    let mut text = format!("postgres {}, {}\n", trace.postgres, trace.runner);
    for it in &trace.diagnostics {
        let _ = writeln!(text, "{} at {}:{}: {}", it.severity, it.line, it.column, it.message);
    }
    for step in &trace.steps {
        text.push('\n');
        render_step(&mut text, trace, step);
        let request = Request { step: Some(step.index), ..request.clone() };
        render_rollback(&mut text, &report::rollback(&request));
    }
    text
}

fn render_step(text: &mut String, trace: &Trace, step: &Step) {
    let transaction = trace.transactions.iter().find(|it| it.index == step.transaction);
    let kind = transaction.map_or(String::new(), |it| format!(" {} {}", it.kind, it.end));
    let _ = writeln!(text, "{}  {}  (transaction {}{kind})", step.index, one_line(&step.sql), step.transaction);
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "   {name:<9} {value}");
    };
    let sqlstate = step.sqlstate.as_ref().map_or(String::new(), |it| format!(" {it}"));
    let message = step.message.as_ref().map_or(String::new(), |it| format!(": {it}"));
    line("outcome", format!("{}{sqlstate}{message}", step.outcome));
    for (name, value) in [("detail", &step.detail), ("hint", &step.hint)] {
        if let Some(value) = value {
            line(name, value.clone());
        }
    }
    for it in &step.notices {
        line("notice", it.clone());
    }
    for it in &step.preconditions {
        line("unless", format!("{}  {} = {}", it.sqlstate, one_line(&it.query), it.expected));
    }
    for it in &step.locks {
        let new = if it.new { " new" } else { "" };
        line("lock", format!("{} {} {}{new}", it.relation, it.kind, it.mode));
    }
    for it in &step.held {
        line("held", format!("{} {} {} since {}", it.relation, it.kind, it.mode, it.since));
    }
    for it in &step.waits_for {
        line("waits for", format!("{} {}", it.relation, it.mode));
    }
    for it in &step.work {
        let object = it.object.as_ref().map_or(String::new(), |object| format!(" {object}"));
        line("work", format!("{} {}{object}", it.relation, it.kind));
    }
    for it in &step.findings {
        line("finding", format!("{} {}: {}", it.severity, it.id, it.message));
    }
    for it in &step.ignored {
        line("ignored", format!("{} {} (line {}: {})", it.severity, it.id, it.line, it.reason));
    }
    for it in &step.changes {
        let renamed = it.renamed_from.as_ref().map_or(String::new(), |from| format!(" (was {from})"));
        line("changes", format!("{} {}{renamed}", it.object, it.name));
        for change in changed(&(&it.before).into(), &(&it.after).into()) {
            line("", change);
        }
    }
}

fn render_rollback(text: &mut String, rollback: &Rollback) {
    if rollback.statements.is_empty() && rollback.grade == "exact" {
        return;
    }
    let _ = writeln!(text, "   {:<9} {}", "back", rollback.grade);
    for it in &rollback.statements {
        let alone = if it.outside_transaction { "  -- outside a transaction" } else { "" };
        let _ = writeln!(text, "             {};{alone}", one_line(&it.sql));
    }
    for (name, sentences) in [("lost", &rollback.lost), ("because", &rollback.impossible), ("note", &rollback.notes)] {
        for sentence in sentences {
            let _ = writeln!(text, "   {name:<9} {sentence}");
        }
    }
}

/// What stands in one normal form and not in the other, as `- path value` and `+ path value`.
pub fn changed(before: &Value, after: &Value) -> Vec<String> {
    let (old, new) = (leaves(before), leaves(after));
    let mut lines = vec![];
    for (path, value) in &old {
        if new.get(path) != Some(value) {
            lines.push(format!("- {path} {value}"));
        }
    }
    for (path, value) in &new {
        if old.get(path) != Some(value) {
            lines.push(format!("+ {path} {value}"));
        }
    }
    lines
}

/// Two levels of names, then values: `columns/id {"type":"integer"}`.
fn leaves(value: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let Value::Object(entries) = value else { return found };
    for (key, value) in entries {
        match value {
            Value::Object(inner) if ["columns", "constraints", "indexes", "triggers", "policies"].contains(&&**key) => {
                found.extend(inner.iter().map(|(name, value)| (format!("{key}/{name}"), value.clone())));
            }
            _ => {
                found.insert(key.clone(), value.clone());
            }
        }
    }
    found
}

/// SQL on one line, as the trace's reader sees it.
pub fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}
