//! The questions that the trace itself leaves open.

use crate::effect::{Precondition, RelationId};
use crate::report::validation::wire::{Check, Expectation};
use crate::report::validation::{Drafts, id};
use crate::report::words;
use crate::schema::violation::parts_of_computed;
use crate::simulate::trace::{Outcome, Step};
use crate::syntax;

pub(super) fn collect(drafts: &mut Drafts<'_>) {
    let trace = drafts.trace;
    for step in &trace.steps {
        let Outcome::DependsOnData(conditions) = &step.outcome else { continue };
        for condition in conditions {
            // Counted without an error already.
            let counted = parts_of_computed(&condition.query).is_some_and(|(_, rows)| is_table(step, rows));
            if !counted {
                drafts.before(step.index, &mentioned(step, &condition.query), check(step, condition));
            }
        }
    }
}

fn is_table(step: &Step, rows: &str) -> bool {
    step.before.relations().any(|it| it.name.to_string() == rows)
}

/// Relations whose names stand in the query.
fn mentioned(step: &Step, query: &str) -> Vec<RelationId> {
    let words = syntax::mentions(query);
    step.before.relations().filter(|it| words.contains(&it.name.name)).map(|it| it.id).collect()
}

fn check(step: &Step, condition: &Precondition) -> Check {
    let sqlstate = condition.sqlstate_otherwise.to_string();
    let kind = match sqlstate.as_str() {
        "23502" => "nulls",
        "23503" => "orphans",
        "23505" => "duplicates",
        "23514" => "check_violations",
        "23P01" => "overlaps",
        "22001" => "lengths",
        "22003" => "ranges",
        "22P02" | "22007" | "22008" => "casts",
        _ => "other",
    };
    let expectation = match condition.expected.as_str() {
        it if it.parse::<i64>().is_ok() => Expectation::Equals,
        "any number, without an error" => Expectation::NoError,
        _ => Expectation::Read,
    };
    let words = words::condition(&sqlstate).map(|it| format!("{sqlstate} {it}")).unwrap_or_else(|| sqlstate.clone());
    let title = match expectation {
        Expectation::Read => {
            format!("{} of step {} needs {}, else {words}", step.command, step.index, condition.expected)
        }
        _ => format!("what makes {} of step {} fail with {words}", step.command, step.index),
    };
    Check {
        id: id(&[kind, "step", &step.index.to_string()]),
        kind: kind.into(),
        title,
        query: condition.query.clone(),
        expectation,
        expected: condition.expected.clone(),
        sqlstates: vec![sqlstate],
        ..Check::default()
    }
}
