//! Queries that say, before and after a migration, whether the rows are as it needs them: what each must answer, when
//! it can be asked, and which SQLSTATE it prevents.

pub mod markdown;
pub mod script;
pub mod verdict;
pub mod wire;

mod catalog;
mod constraints;
mod conversion;
mod copies;
pub(in crate::report) mod place;
mod plans;
mod preconditions;
mod row_counts;
mod sample;
mod sequences;

#[cfg(test)]
mod tests;

use crate::effect::RelationId;
use crate::input::annotated::AnnotatedQuery;
use crate::report::validation::place::Window;
use crate::report::validation::wire::{Check, Expectation, FORMAT, Validation};
use crate::simulate::trace::Trace;

/// Every question of the trace; `queries`: those of the application, whose plans are looked at.
pub fn validation(trace: &Trace, queries: &[AnnotatedQuery]) -> Validation {
    let mut drafts = Drafts { trace, made: vec![], notes: vec![] };
    constraints::collect(&mut drafts);
    conversion::collect(&mut drafts);
    preconditions::collect(&mut drafts);
    copies::collect(&mut drafts);
    row_counts::collect(&mut drafts);
    sequences::collect(&mut drafts);
    catalog::collect(&mut drafts);
    plans::collect(&mut drafts, queries);
    drafts.finish()
}

/// What is collected so far.
struct Drafts<'a> {
    trace: &'a Trace,
    made: Vec<Check>,
    notes: Vec<String>,
}

impl<'a> Drafts<'a> {
    /// Adds a check, or what it says besides to the one that asks the same.
    fn add(&mut self, window: Window, check: Check) {
        let same = |it: &&mut Check| {
            (&it.setup, &it.query, it.step, &it.when) == (&check.setup, &check.query, check.step, &check.when)
        };
        if let Some(known) = self.made.iter_mut().find(same) {
            for state in check.sqlstates {
                if !known.sqlstates.contains(&state) {
                    known.sqlstates.push(state);
                }
            }
            return;
        }
        let inside_transaction = window.is_inside_transaction(self.trace);
        self.made.push(Check { from: window.from, to: window.to, inside_transaction, ..check });
    }

    /// Before a step that fails otherwise.
    fn before(&mut self, step: usize, tables: &[RelationId], check: Check) {
        let trace: &'a Trace = self.trace;
        let Some(found) = trace.step(step) else { return };
        let window = Window::before(found, tables, trace);
        let rows = check.rows.or_else(|| sample::rows(trace, &found.before, *tables.first()?));
        self.add(window, Check { when: "before".into(), step: Some(step), rows, ..check });
    }

    fn at_end(&mut self, check: Check) {
        self.add(Window::end(self.trace), Check { when: "end".into(), ..check });
    }

    fn finish(self) -> Validation {
        let mut checks = self.made;
        checks.sort_by_key(|it| (it.from == self.trace.steps.len(), it.step.unwrap_or(it.from), it.from));
        let mut ids: Vec<String> = vec![];
        for check in &mut checks {
            let same = ids.iter().filter(|it| **it == check.id).count();
            ids.push(check.id.clone());
            if same > 0 {
                check.id = format!("{}_{}", check.id, same + 1);
            }
        }
        Validation {
            format: FORMAT.into(),
            postgres: self.trace.version.major(),
            files: self.trace.plan.sources.iter().map(|it| it.name.to_string()).collect(),
            steps: self.trace.steps.len(),
            checks,
            notes: self.notes,
        }
    }
}

/// A check that counts what should not be there.
fn none_of(kind: &str, what: &str, title: String, query: String) -> Check {
    Check {
        id: id(&[kind, what]),
        kind: kind.into(),
        title,
        query,
        expectation: Expectation::Equals,
        expected: "0".into(),
        ..Check::default()
    }
}

/// `orphans_orders_fk_orders_user_id`: letters, digits and underscores alone, so that psql takes it for a variable.
fn id(parts: &[&str]) -> String {
    let text = parts.join("_").to_lowercase();
    text.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect()
}
