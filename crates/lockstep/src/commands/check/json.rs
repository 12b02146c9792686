//! Findings for scripts.

use anyhow::Result;
use serde_json::json;

use super::Report;
use crate::problem::Severity;

pub(super) fn render(report: &Report) -> Result<String> {
    let count = |severity| report.problems.iter().filter(|it| it.severity == severity).count();
    let value = json!({
        "format": "lockstep-check/1",
        "postgres": report.trace.postgres,
        "runner": report.trace.runner,
        "steps": report.trace.steps.len(),
        "summary": {
            "error": count(Severity::Error),
            "warning": count(Severity::Warning),
            "note": count(Severity::Note),
        },
        "findings": report.problems,
    });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}
