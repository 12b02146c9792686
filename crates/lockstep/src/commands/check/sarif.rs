//! SARIF 2.1.0: what code scanning of GitHub, Azure DevOps and editors read.

use std::collections::BTreeMap;

use anyhow::Result;
use lockstep_core::hazard;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::Report;
use super::fingerprint::{Fingerprints, path};
use super::place::Text;
use crate::problem::{Problem, Severity, accepted};

/// What stands in a path of a URI as it is (RFC 3986, `pchar` without what would need care, and slashes).
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

pub(super) fn render(report: &Report) -> Result<String> {
    let mut rules = Rules::default();
    let mut fingerprints = Fingerprints::default();
    let texts = report.texts();
    let mut results: Vec<Value> = vec![];
    let accepted: Vec<(Problem, &str)> =
        report.ignored().map(|(step, it)| (accepted(step, it), it.reason.as_str())).collect();
    let found = report.problems.iter().map(|it| (it, None));
    for (problem, reason) in found.chain(accepted.iter().map(|(it, reason)| (it, Some(*reason)))) {
        let index = rules.index(problem);
        let fingerprint = fingerprints.of(problem, report.trace);
        results.push(result(problem, reason, index, fingerprint, texts.get(problem.file.as_str())));
    }
    let value = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Lockstep",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.list,
            } },
            "columnKind": "utf16CodeUnits",
            "results": results,
            "properties": { "postgres": report.trace.postgres, "runner": report.trace.runner },
        }],
    });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Those that results refer to, in the order of the first that does.
#[derive(Default)]
struct Rules {
    list: Vec<Value>,
    places: BTreeMap<String, usize>,
}

impl Rules {
    fn index(&mut self, problem: &Problem) -> usize {
        if let Some(at) = self.places.get(&problem.id) {
            return *at;
        }
        self.list.push(rule(&problem.id));
        self.places.insert(problem.id.clone(), self.list.len() - 1);
        self.list.len() - 1
    }
}

fn rule(id: &str) -> Value {
    let (title, page, severity) = match hazard::find(id) {
        Some(it) => (it.title(), it.page, it.severity.word()),
        None => {
            let (title, severity) = outcome(id);
            (title, title, level(severity))
        }
    };
    let urgency = if severity == "note" { "recommendation" } else { severity };
    json!({
        "id": id,
        "shortDescription": { "text": title },
        "fullDescription": { "text": first_paragraph(page) },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": severity },
        "properties": { "tags": ["postgresql", "migration"], "problem.severity": urgency },
    })
}

/// What no hazard decides.
fn outcome(id: &str) -> (&'static str, Severity) {
    match id {
        "failed" => ("The statement is sure to fail", Severity::Error),
        "depends_on_data" => ("Only the rows can tell whether the statement succeeds", Severity::Note),
        "unknown" => ("What the statement does is unknown", Severity::Note),
        _ => ("The text is not understood", Severity::Error),
    }
}

fn first_paragraph(page: &str) -> String {
    let mut lines = page.lines().skip_while(|it| it.starts_with('#') || it.is_empty());
    let lines: Vec<&str> = lines.by_ref().take_while(|it| !it.is_empty()).collect();
    lines.join(" ")
}

fn result(problem: &Problem, reason: Option<&str>, rule: usize, fingerprint: String, text: Option<&Text>) -> Value {
    let told = [&problem.title, &problem.message].into_iter().chain(&problem.hints).chain(&problem.recipe);
    let told: Vec<&str> = told.map(String::as_str).filter(|it| !it.is_empty()).collect();
    // Readers begin a new line where one ends; the title ends without a period.
    let message = told.join(if told.len() > 1 { "\n" } else { "" });
    let mut properties = Map::new();
    properties.extend(problem.step.map(|it| ("step".to_owned(), it.into())));
    properties.extend(problem.sqlstate.as_ref().map(|it| ("sqlstate".to_owned(), it.as_str().into())));
    let suppressions: Vec<Value> = reason.iter().map(|it| json!({ "kind": "inSource", "justification": it })).collect();
    json!({
        "ruleId": problem.id,
        "ruleIndex": rule,
        "level": level(problem.severity),
        "message": { "text": message },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&problem.file) },
            "region": region(problem, text),
        } }],
        "partialFingerprints": { "lockstep/v1": fingerprint },
        // All results of a run have the list, or none has it.
        "suppressions": suppressions,
        "properties": properties,
    })
}

fn region(problem: &Problem, text: Option<&Text>) -> Value {
    match text.and_then(|text| text.region(problem)) {
        Some(it) => json!({
            "startLine": it.start_line,
            "startColumn": it.start_column,
            "endLine": it.end_line,
            "endColumn": it.end_column,
        }),
        None => json!({ "startLine": problem.line.max(1) }),
    }
}

/// Relative where the path is, so that it is looked for in the repository.
fn uri(file: &str) -> String {
    let path = path(file);
    let encoded = utf8_percent_encode(&path, PATH).to_string();
    if path.starts_with('/') { format!("file://{encoded}") } else { encoded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("./db/1 add é.sql"), "db/1%20add%20%C3%A9.sql");
        assert_eq!(uri("c:d%.sql"), "c%3Ad%25.sql");
        assert_eq!(uri("/srv/a.sql"), "file:///srv/a.sql");
    }

    #[test]
    fn a_rule_begins_with_what_its_page_says_first() {
        let rule = rule("blocking_index_build");
        assert_eq!(rule["defaultConfiguration"]["level"], "error");
        let text = rule["fullDescription"]["text"].as_str().unwrap();
        assert!(!text.starts_with('#') && text.len() > 40, "{text}");
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("```sql unsafe"));
    }
}
