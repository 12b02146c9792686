//! What `check` lists, from all corners of a trace: findings, failing steps, complaints about the text,
//! and what stays unknown.

use std::collections::BTreeSet;
use std::fmt;

use lockstep_core::report::{wire, words};
use lockstep_core::rewrite;
use serde::Serialize;

/// Ordered by weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    #[default]
    Note,
    Warning,
    Error,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(crate) struct Problem {
    /// A hazard's id, or `failed`, `depends_on_data`, `unknown`, `input` for what no hazard decides.
    pub(crate) id: String,
    pub(crate) severity: Severity,
    pub(crate) title: String,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sqlstate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recipe: Option<String>,
    pub(crate) hints: Vec<String>,
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) end_line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<usize>,
    /// Half-open range in the file, in UTF-16 code units.
    pub(crate) from: usize,
    pub(crate) to: usize,
}

impl Problem {
    /// Whether `lockstep explain` has a page for it.
    pub(crate) fn is_hazard(&self) -> bool {
        !["failed", "depends_on_data", "unknown", "input"].contains(&self.id.as_str())
    }
}

/// In the order of the text: a file's complaints before its steps. A syntax error is one problem,
/// though it is both a complaint and the reason why its step fails; so is a statement beyond what is
/// read, which is no error of the migration.
pub(crate) fn problems(trace: &wire::Trace) -> Vec<Problem> {
    let unread: BTreeSet<(&str, &str)> =
        trace.steps.iter().filter(|it| it.outcome == "unknown").filter_map(key).collect();
    let told: BTreeSet<(&str, &str)> =
        trace.diagnostics.iter().map(|it| (it.file.as_str(), it.message.as_str())).collect();
    let complaints = trace.diagnostics.iter().map(|it| {
        let mut problem = complaint(it);
        if unread.contains(&(it.file.as_str(), it.message.as_str())) {
            problem.severity = problem.severity.min(Severity::Warning);
        }
        problem
    });
    let steps = trace.steps.iter().flat_map(|step| {
        let new = !key(step).is_some_and(|key| told.contains(&key));
        let mut outcome = outcome(step).filter(|_| new);
        // A hazard that explains the failure gives it its name.
        let explained = step.findings.iter().position(|it| step.outcome == "failed" && it.severity == "error");
        if let (Some(failed), Some(at)) = (&mut outcome, explained) {
            let why = &step.findings[at];
            failed.id = why.id.to_string();
            failed.hints.push(why.message.clone());
        }
        let told = explained.filter(|_| outcome.is_some());
        let findings = step.findings.iter().enumerate().filter(move |(at, _)| Some(*at) != told);
        outcome.into_iter().chain(findings.map(|(_, it)| finding(step, it)))
    });
    complaints.chain(steps).collect()
}

fn key(step: &wire::Step) -> Option<(&str, &str)> {
    Some((step.file.as_str(), step.message.as_deref()?))
}

fn complaint(diagnostic: &wire::Diagnostic) -> Problem {
    Problem {
        id: "input".into(),
        severity: severity(&diagnostic.severity),
        title: diagnostic.message.clone(),
        message: String::new(),
        sqlstate: None,
        recipe: None,
        hints: diagnostic.hints.clone(),
        file: diagnostic.file.clone(),
        line: diagnostic.line,
        end_line: diagnostic.line,
        step: None,
        from: diagnostic.from,
        to: diagnostic.to,
    }
}

fn outcome(step: &wire::Step) -> Option<Problem> {
    let message = step.message.clone().unwrap_or_default();
    let mut hints: Vec<String> = step.detail.iter().chain(&step.hint).cloned().collect();
    let (severity, title) = match &*step.outcome {
        "failed" => (Severity::Error, failure(step)),
        "depends_on_data" => (Severity::Note, "only the rows can tell whether this step succeeds".into()),
        "unknown" => (Severity::Note, "what this step does is unknown".into()),
        _ => return None,
    };
    for condition in &step.preconditions {
        let name = words::condition(&condition.sqlstate).map(|name| format!(" {name}")).unwrap_or_default();
        hints.push(format!(
            "must answer {}, otherwise it fails with {}{name}: {}",
            condition.expected,
            condition.sqlstate,
            condition.query.split_whitespace().collect::<Vec<_>>().join(" ")
        ));
    }
    Some(Problem { hints, sqlstate: step.sqlstate.clone(), ..at(step, &step.outcome, severity, title, message) })
}

/// `this step fails with 42701 duplicate_column`.
fn failure(step: &wire::Step) -> String {
    let Some(sqlstate) = &step.sqlstate else { return "this step fails".into() };
    let name = words::condition(sqlstate).map(|name| format!(" {name}")).unwrap_or_default();
    format!("this step fails with {sqlstate}{name}")
}

fn finding(step: &wire::Step, finding: &wire::Finding) -> Problem {
    let (title, message) = match &*finding.title {
        "" => (finding.message.clone(), String::new()),
        title => (title.to_owned(), finding.message.clone()),
    };
    let recipe = finding.recipe.as_ref().map(|id| match rewrite::find(id) {
        Some(recipe) => format!("{} `lockstep plan` writes the steps ({id}).", recipe.about),
        None => id.to_string(),
    });
    Problem { recipe, ..at(step, &finding.id, severity(&finding.severity), title, message) }
}

/// A finding that the file accepts.
pub(crate) fn accepted(step: &wire::Step, it: &wire::Ignored) -> Problem {
    at(step, &it.id, severity(&it.severity), it.title.to_string(), it.message.clone())
}

fn at(step: &wire::Step, id: &str, severity: Severity, title: String, message: String) -> Problem {
    Problem {
        id: id.to_owned(),
        severity,
        title,
        message,
        sqlstate: None,
        recipe: None,
        hints: vec![],
        file: step.file.clone(),
        line: step.line,
        end_line: step.end_line,
        step: Some(step.index),
        from: step.from,
        to: step.to,
    }
}

fn severity(word: &str) -> Severity {
    match word {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Note,
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// `2 errors, 1 warning`; empty where there are none.
pub(crate) fn counts(problems: &[Problem]) -> String {
    let count = |severity| problems.iter().filter(|it| it.severity == severity).count();
    let all = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| (count(severity), severity));
    let some = all.into_iter().filter(|(number, _)| *number > 0);
    some.map(|(number, severity)| words::count(number, &severity.to_string())).collect::<Vec<_>>().join(", ")
}
