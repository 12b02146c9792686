//! Everything that is wrong or uncertain, over all steps, in one list.

use lockstep_core::report::wire::{Step, Trace};

use crate::scenario::Document;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    Note,
    Warning,
    Error,
}

impl Severity {
    pub(crate) fn of(name: &str) -> Severity {
        match name {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            _ => Severity::Note,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    pub(crate) severity: Severity,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) document: Document,
    pub(crate) line: usize,
    /// The step to jump to; a complaint about the text has none of its own.
    pub(crate) step: Option<usize>,
    /// The hazard with a page, where it is one.
    pub(crate) hazard: Option<String>,
}

/// In the order of the text: complaints about it, then what each step raises.
pub(crate) fn problems(trace: &Trace) -> Vec<Problem> {
    let mut all: Vec<Problem> = trace.diagnostics.iter().map(|it| complaint(trace, it)).collect();
    all.extend(trace.steps.iter().flat_map(of_step));
    all.sort_by_key(|it| (it.document == Document::Migration, it.line, it.step));
    all
}

fn complaint(trace: &Trace, it: &lockstep_core::report::wire::Diagnostic) -> Problem {
    let document = Document::of_file(&it.file);
    let at = |step: &&Step| step.file == it.file && step.from <= it.from && it.from <= step.to;
    Problem {
        severity: Severity::of(&it.severity),
        title: it.message.clone(),
        text: it.hints.join(" "),
        document,
        line: it.line,
        step: trace.steps.iter().find(at).map(|step| step.index),
        hazard: None,
    }
}

fn of_step(step: &Step) -> Vec<Problem> {
    let problem = |severity, title: String, text: String, hazard| Problem {
        severity,
        title,
        text,
        document: Document::Migration,
        line: step.line,
        step: Some(step.index),
        hazard,
    };
    let message = step.message.clone().unwrap_or_default();
    let sqlstate = step.sqlstate.as_deref().unwrap_or("");
    let outcome = match &*step.outcome {
        "failed" => Some(problem(Severity::Error, format!("Fails with {sqlstate}").trim().into(), message, None)),
        "unknown" => Some(problem(Severity::Note, "Outcome unknown".into(), message, None)),
        "depends_on_data" => {
            let fails: Vec<&str> = step.preconditions.iter().map(|it| it.sqlstate.as_str()).collect();
            let text = format!("Fails with {} unless the data is as it expects.", list(&fails));
            Some(problem(Severity::Note, "Depends on the data".into(), text, None))
        }
        _ => None,
    };
    let finding = |it: &lockstep_core::report::wire::Finding| {
        problem(Severity::of(&it.severity), it.title.to_string(), it.message.clone(), Some(it.id.to_string()))
    };
    outcome.into_iter().chain(step.findings.iter().map(finding)).collect()
}

fn list(states: &[&str]) -> String {
    let mut distinct: Vec<&str> = vec![];
    for state in states {
        if !distinct.contains(state) && !state.is_empty() {
            distinct.push(state);
        }
    }
    if distinct.is_empty() { "an error".into() } else { distinct.join(" or ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn findings_failures_and_diagnostics_stand_in_the_order_of_the_text() {
        let all = problems(&fixture::trace());
        let lines: Vec<usize> = all.iter().map(|it| it.line).collect();
        assert!(lines.is_sorted(), "{lines:?}");
        assert!(all.iter().any(|it| it.title == "Fails with 42701" && it.step == Some(6)));
        assert!(all.iter().any(|it| it.hazard.as_deref() == Some("volatile_default") && it.step == Some(1)));
        assert!(all.iter().any(|it| it.text == "Add a semicolon." && it.step == Some(1)));
        assert!(all.iter().any(|it| it.text.contains("23502") && it.step == Some(3)));
    }
}
