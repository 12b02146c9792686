//! A Code Quality report of GitLab: a list of issues, in the part of Code Climate's format that it reads.

use anyhow::Result;
use serde_json::{Value, json};

use super::Report;
use super::fingerprint::{Fingerprints, path};
use crate::problem::{Problem, Severity};

pub(super) fn render(report: &Report) -> Result<String> {
    let mut fingerprints = Fingerprints::default();
    let issues: Vec<Value> = report.problems.iter().map(|it| issue(it, fingerprints.of(it, report.trace))).collect();
    Ok(serde_json::to_string_pretty(&issues)? + "\n")
}

fn issue(problem: &Problem, fingerprint: String) -> Value {
    let severity = match problem.severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Note => "info",
    };
    let more = [&problem.message].into_iter().chain(&problem.hints).find(|it| !it.is_empty());
    let description = more.map_or_else(|| problem.title.clone(), |more| format!("{}: {more}", problem.title));
    json!({
        "type": "issue",
        "check_name": problem.id,
        "description": description,
        "categories": ["Bug Risk"],
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {
            "path": path(&problem.file),
            "lines": { "begin": problem.line.max(1), "end": problem.end_line.max(problem.line).max(1) },
        },
    })
}
