#![doc = include_str!("rename_breaks_application.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::{exclusively_locked, runs, seen_by_others};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::schema::relation::Relation;
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{AlterTableAction, Statement};

pub(super) static HAZARD: Hazard = Hazard {
    id: "rename_breaks_application",
    severity: Severity::Warning,
    page: include_str!("rename_breaks_application.md"),
    recipe: None,
    concerns: Concerns::LOCKS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !runs(step) || !renames(step) {
        return vec![];
    }
    let mut found = vec![];
    for relation in exclusively_locked(step, trace) {
        let (Some(old), Some(new)) = (step.before.get(relation), step.after.get(relation)) else { continue };
        found.extend(renamed_table(step, trace, old, new));
        found.extend(renamed_columns(step, trace, old, new));
    }
    found
}

fn renames(step: &Step) -> bool {
    match step.statement.as_deref() {
        Some(Statement::AlterTable(it)) => matches!(
            it.action,
            AlterTableAction::RenameTo(_) | AlterTableAction::RenameColumn { .. } | AlterTableAction::SetSchema(_)
        ),
        _ => false,
    }
}

fn renamed_table(step: &Step, trace: &Trace, old: &Relation, new: &Relation) -> Option<Finding> {
    old.table()?;
    if old.name == new.name {
        return None;
    }
    let last = seen_by_others(step, trace);
    // Another relation takes the name over before anybody else can look.
    if last.find(&old.name).is_some() || last.uncertain.about(&old.name.name, None).is_some() {
        return None;
    }
    let message = format!(
        "{} becomes {}: a query that still says {} fails with 42P01, undefined_table, from the moment of the commit.",
        old.name, new.name, old.name
    );
    Some(Finding::new(&HAZARD, message).about(&old.name))
}

fn renamed_columns(step: &Step, trace: &Trace, old: &Relation, new: &Relation) -> Vec<Finding> {
    let (Some(before), Some(after)) = (old.table(), new.table()) else { return vec![] };
    let renamed = before.live().filter_map(|(number, column)| {
        let new = after.attribute(number).filter(|it| !it.dropped && it.name != column.name)?;
        // Nobody knows a column that the plan itself added.
        trace.start.get(old.id)?.table()?.attribute(number)?;
        let last = seen_by_others(step, trace).get(old.id).and_then(|it| it.table());
        let taken_over = last.is_some_and(|it| it.column(column.name.as_str()).is_some());
        (!taken_over).then_some((&column.name, &new.name))
    });
    renamed
        .map(|(from, to)| {
            let message = format!(
                "Column {from} of {} becomes {to}: a query that still says {from} fails with 42703, undefined_column, \
                 from the moment of the commit.",
                old.name
            );
            Finding::new(&HAZARD, message).about(&old.name)
        })
        .collect()
}
