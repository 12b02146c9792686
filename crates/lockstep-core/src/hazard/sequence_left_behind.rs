#![doc = include_str!("sequence_left_behind.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{of_others, rest_of_file, running};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::expression::{Expr, Literal};
use crate::syntax::statement::{Insert, InsertSource, Statement};

pub(super) static HAZARD: Hazard = Hazard {
    id: "sequence_left_behind",
    severity: Severity::Warning,
    page: include_str!("sequence_left_behind.md"),
    recipe: None,
    concerns: Concerns::ROWS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::Insert(insert)) = running(step) else { return vec![] };
    let InsertSource::Values(rows) = &insert.source else { return vec![] };
    let Some((relation, table)) = of_others(step, trace, &insert.table).and_then(|it| Some((it, it.table()?))) else {
        return vec![];
    };
    // The column that counts by itself, and its place among the values.
    let counted = |name: &str| {
        table.column(name).is_some_and(|(_, it)| {
            it.identity.is_some() || it.default.as_ref().is_some_and(|it| !it.sequences().0.is_empty())
        })
    };
    let place = match insert.columns.as_slice() {
        [] => table.live().position(|(_, it)| counted(it.name.as_str())),
        columns => columns.iter().position(|it| counted(it.as_str())),
    };
    let Some(place) = place else { return vec![] };
    let explicit = rows.iter().any(|row| matches!(row.get(place), Some(Expr::Literal(Literal::Integer(_)))));
    if !explicit || told_before(step, trace, insert) {
        return vec![];
    }
    let set_later = rest_of_file(step, trace).any(|it| {
        let may_set = matches!(&*it.command, "SELECT" | "ALTER SEQUENCE" | "ALTER TABLE" | "DO" | "UPDATE");
        may_set && ["setval", "restart"].iter().any(|word| it.text.to_ascii_lowercase().contains(word))
    });
    if set_later {
        return vec![];
    }
    let message = format!(
        "The rows of {} bring numbers of their own, and its sequence does not know: a later insert gets the same number and \
         fails with 23505.",
        relation.name
    );
    vec![Finding::new(&HAZARD, message).about(&relation.name)]
}

/// The statement before did the same to the same table: a file of rows is one finding.
fn told_before(step: &Step, trace: &Trace, insert: &Insert) -> bool {
    let before = step.index.checked_sub(1).and_then(|it| trace.step(it)).filter(|it| it.source == step.source);
    match before.and_then(running) {
        Some(Statement::Insert(other)) => (&other.table, &other.columns) == (&insert.table, &insert.columns),
        _ => false,
    }
}
