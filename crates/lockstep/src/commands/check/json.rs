//! Findings for scripts.

use anyhow::Result;
use lockstep_core::report::wire;
use serde_json::{Value, json};

use super::Report;
use crate::problem::Severity;

pub(super) fn render(report: &Report) -> Result<String> {
    let count = |severity| report.problems.iter().filter(|it| it.severity == severity).count();
    let ignored: Vec<Value> = report.ignored().map(|(step, it)| ignored(step, it)).collect();
    let value = json!({
        "format": "lockstep-check/1",
        "postgres": report.trace.postgres,
        "runner": report.trace.runner,
        "steps": report.trace.steps.len(),
        "summary": {
            "error": count(Severity::Error),
            "warning": count(Severity::Warning),
            "note": count(Severity::Note),
            "ignored": ignored.len(),
        },
        "findings": report.problems,
        "ignored": ignored,
    });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

/// `line` is the statement's, `comment_line` that of the comment which accepts it.
fn ignored(step: &wire::Step, it: &wire::Ignored) -> Value {
    json!({
        "id": it.id,
        "severity": it.severity,
        "title": it.title,
        "message": it.message,
        "reason": it.reason,
        "file": step.file,
        "line": step.line,
        "end_line": step.end_line,
        "comment_line": it.line,
        "step": step.index,
        "from": step.from,
        "to": step.to,
    })
}
