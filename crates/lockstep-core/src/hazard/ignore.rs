//! What a team makes of findings: levels, and those that the text accepts with a reason.

use std::collections::BTreeSet;

use crate::config::{Config, Level};
use crate::diagnostic::{Diagnostic, Severity, nearest};
use crate::hazard::{Finding, all, find};
use crate::input::ignore::Ignore;
use crate::plan::Plan;
use crate::simulate::trace::{Outcome, Step, Trace};
use crate::source::{Source, Span};

/// Goes along with the steps, so that in the end those comments are known that accept nothing.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By source and place among its ignores.
    used: BTreeSet<(usize, usize)>,
    /// Of steps that were not followed to their end: what they would raise is not known.
    in_doubt: BTreeSet<(usize, Span)>,
}

/// Of one step.
#[derive(Debug, Default)]
pub struct Verdict<'a> {
    pub findings: Vec<Finding>,
    pub ignored: Vec<(Finding, &'a Ignore)>,
}

impl Ledger {
    pub fn judge<'a>(&mut self, step: &Step, findings: Vec<Finding>, trace: &'a Trace) -> Verdict<'a> {
        let mut verdict = Verdict::default();
        if !matches!(step.outcome, Outcome::Done | Outcome::DependsOnData(_))
            && trace.plan.ignores.contains_key(&step.source)
        {
            self.in_doubt.insert((step.source, step.span));
        }
        for finding in findings {
            let ignore = trace.plan.ignore_of(step.source, step.span, finding.hazard.id);
            if let Some((place, _)) = ignore {
                self.used.insert((step.source, place));
            }
            match (at_level(finding, &trace.plan.config), ignore) {
                (Some(finding), Some((_, ignore))) => verdict.ignored.push((finding, ignore)),
                (Some(finding), None) => verdict.findings.push(finding),
                (None, _) => {}
            }
        }
        verdict
    }

    /// What the texts say of hazards that are not there, after the last step.
    pub fn complaints(&self, plan: &Plan) -> Vec<(Source, Diagnostic)> {
        let mut found: Vec<(Source, Diagnostic)> = vec![];
        for (source, span, id) in plan.named_hazards().filter(|(_, _, id)| find(id).is_none()) {
            found.push((source.clone(), no_such_hazard(id, span)));
        }
        for (source, ignores) in &plan.ignores {
            for (place, ignore) in ignores.iter().enumerate() {
                let known = find(&ignore.id).is_some();
                if known && !self.used.contains(&(*source, place)) && !self.is_in_doubt(*source, ignore) {
                    found.push((plan.sources[*source].clone(), unused(ignore)));
                }
            }
        }
        found
    }

    fn is_in_doubt(&self, source: usize, ignore: &Ignore) -> bool {
        self.in_doubt.iter().any(|(of, span)| *of == source && ignore.statement.is_none_or(|it| it == *span))
    }
}

/// A level is that of a hazard's worst findings: what is less where effects are harmless stays less.
fn at_level(finding: Finding, config: &Config) -> Option<Finding> {
    let severity = match config.levels.get(finding.hazard.id) {
        None => finding.severity,
        Some(Level::Off) => return None,
        Some(Level::At(level)) if finding.severity < finding.hazard.severity => finding.severity.min(*level),
        Some(Level::At(level)) => *level,
    };
    Some(Finding { severity, ..finding })
}

/// The id that was probably meant, for a hint.
pub fn meant(id: &str) -> String {
    match nearest(id, all().iter().map(|it| it.id)) {
        Some(near) => format!("Is `{near}` meant?"),
        None => "`lockstep explain --list` shows all hazards.".into(),
    }
}

fn no_such_hazard(id: &str, span: Span) -> Diagnostic {
    let shown: String = id.chars().take(60).collect();
    Diagnostic {
        severity: Severity::Warning,
        message: format!("there is no hazard `{shown}`"),
        span,
        hints: vec![meant(id)],
    }
}

fn unused(ignore: &Ignore) -> Diagnostic {
    let what =
        if ignore.statement.is_some() { "the statement does not raise it" } else { "nothing in this file raises it" };
    Diagnostic {
        severity: Severity::Note,
        message: format!("unused ignore of {}: {what}", ignore.id),
        span: ignore.span,
        hints: vec!["Delete it, or put it right above the statement that it is about.".into()],
    }
}
