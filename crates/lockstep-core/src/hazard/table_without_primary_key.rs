#![doc = include_str!("table_without_primary_key.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{end_of_file, find, running};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::schema::relation::{Persistence, TableKind};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "table_without_primary_key",
    severity: Severity::Note,
    page: include_str!("table_without_primary_key.md"),
    recipe: None,
    concerns: Concerns::CREATE_TABLE,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::CreateTable(create)) = running(step) else { return vec![] };
    // A copy of a query's rows is mostly there for a while only.
    if create.query.is_some() {
        return vec![];
    }
    let Some(id) = find(step, &step.after, &create.name).filter(|id| step.before.get(*id).is_none()) else { return vec![] };
    let Some((relation, table)) = end_of_file(step, trace).get(id).and_then(|it| Some((it, it.table()?))) else {
        return vec![];
    };
    let counts = matches!(table.kind, TableKind::Ordinary | TableKind::Partitioned)
        && relation.persistence != Persistence::Temporary
        && !table.is_partition()
        && table.inherits.is_empty();
    if !counts || table.primary_key().is_some() {
        return vec![];
    }
    let message = format!("{} has no primary key: no row of it can be named for certain.", relation.name);
    vec![Finding::new(&HAZARD, message).about(&relation.name)]
}
