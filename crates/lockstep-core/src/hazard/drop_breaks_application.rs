#![doc = include_str!("drop_breaks_application.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::{is_empty, exclusively_locked, runs, seen_by_others};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::name::Ident;
use crate::schema::relation::{Relation, Table};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{AlterTableAction, Statement, Subcommand};

pub(super) static HAZARD: Hazard = Hazard {
    id: "drop_breaks_application",
    severity: Severity::Warning,
    page: include_str!("drop_breaks_application.md"),
    recipe: None,
    concerns: Concerns::LOCKS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !runs(step) || !drops(step) {
        return vec![];
    }
    let before = &step.before;
    let mut found = vec![];
    for relation in exclusively_locked(step, trace) {
        let Some(old) = before.get(relation) else { continue };
        if old.table().is_none() {
            continue;
        }
        match step.after.get(relation) {
            None => found.extend(dropped_table(step, trace, old)),
            Some(new) => found.extend(dropped_columns(step, trace, old, new)),
        }
    }
    found
}

fn drops(step: &Step) -> bool {
    match step.statement.as_deref() {
        Some(Statement::Drop(_)) => true,
        Some(Statement::AlterTable(it)) => match &it.action {
            AlterTableAction::Subcommands(all) => all.iter().any(|it| matches!(it, Subcommand::DropColumn { .. })),
            _ => false,
        },
        _ => false,
    }
}

fn dropped_table(step: &Step, trace: &Trace, old: &Relation) -> Option<Finding> {
    let name = &old.name;
    let last = seen_by_others(step, trace);
    if last.get(old.id).is_some() {
        // Rolled back.
        return None;
    }
    let taken_over = last.find(name).is_some() || last.uncertain.about(&name.name, None).is_some();
    let lost = format!("the rows of {name} are gone for good");
    let message = consequences(
        (!taken_over).then(|| format!("every query that still uses {name} fails with 42P01, undefined_table")),
        (!is_empty(step, old.id)).then_some(lost),
    )?;
    Some(Finding::new(&HAZARD, message).about(name))
}

/// One finding for all columns that go with one statement.
fn dropped_columns(step: &Step, trace: &Trace, old: &Relation, new: &Relation) -> Option<Finding> {
    let (before, after) = (old.table()?, new.table()?);
    let known = trace.start.get(old.id).and_then(|it| it.table());
    let last = seen_by_others(step, trace).get(old.id).and_then(|it| it.table());
    let gone = before.live().filter(|(number, _)| {
        let is_gone = |table: &Table| table.attribute(*number).is_none_or(|it| it.dropped);
        // Nobody knows a column that the plan itself added; a rolled-back transaction drops none.
        is_gone(after) && last.is_none_or(is_gone) && known.is_some_and(|it| it.attribute(*number).is_some())
    });
    let gone: Vec<&Ident> = gone.map(|(_, column)| &column.name).collect();
    let taken_over = |name: &Ident| last.is_some_and(|it| it.column(name.as_str()).is_some());
    let missing: Vec<&Ident> = gone.iter().copied().filter(|name| !taken_over(name)).collect();
    let table = &old.name;
    let fails = format!(
        "every query that still names {} of {table} fails with 42703, undefined_column",
        listed(&missing, "or")
    );
    let lost = format!("the values in {} of {table} are gone for good", listed(&gone, "and"));
    let message = consequences(
        (!missing.is_empty()).then_some(fails),
        (!gone.is_empty() && !is_empty(step, old.id)).then_some(lost),
    )?;
    Some(Finding::new(&HAZARD, message).about(table))
}

/// `a`, `a or b`, `a, b or c`.
fn listed(names: &[&Ident], word: &str) -> String {
    match names {
        [] => String::new(),
        [only] => only.to_string(),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|it| it.to_string()).collect();
            format!("{} {word} {last}", first.join(", "))
        }
    }
}

/// One or two sentences.
fn consequences(fails: Option<String>, lost: Option<String>) -> Option<String> {
    let sentences: Vec<String> = [fails, lost].into_iter().flatten().map(|it| sentence(&it)).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}
