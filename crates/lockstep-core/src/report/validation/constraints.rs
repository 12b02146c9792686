//! Rows that a new constraint, a new unique index or a new `NOT NULL` refuses: asked before the step that reads them,
//! and at the end where the constraint stays `NOT VALID`.

use crate::effect::{RelationId, WorkKind};
use crate::report::validation::place::{ran, tables};
use crate::report::validation::wire::Check;
use crate::report::validation::{Drafts, none_of, sample};
use crate::schema::Schema;
use crate::schema::constraint::{Constraint, ConstraintKind, ForeignKey};
use crate::schema::definition::column_list;
use crate::schema::index::Index;
use crate::schema::relation::{Relation, Rows, Table};
use crate::simulate::trace::Step;

pub(super) fn collect(drafts: &mut Drafts<'_>) {
    let trace = drafts.trace;
    for step in trace.steps.iter().filter(|it| ran(it)) {
        for relation in tables_after(step) {
            // Of a table that this very step makes no row is there yet.
            let Some(old) = step.before.get(relation.id).filter(|it| !is_empty(it)) else { continue };
            let (Some(was), Some(is)) = (old.table(), relation.table()) else { continue };
            nulls(drafts, step, old, was, is);
            for constraint in is.constraints.iter().filter(|it| it.inherited == 0 && it.parent.is_none()) {
                if asks_rows(constraint) && !was.constraint(constraint.name.as_str()).is_some_and(asks_rows) {
                    refused(drafts, step, relation, constraint);
                }
            }
            unique(drafts, step, was, is);
        }
    }
    left_not_valid(drafts);
}

/// As they are after the step; partitions follow their table.
fn tables_after(step: &Step) -> impl Iterator<Item = &Relation> {
    let found = tables(step).into_iter().filter_map(|id| step.after.get(id));
    found.filter(|it| it.table().is_some_and(|table| table.bound.is_none()))
}

fn is_empty(relation: &Relation) -> bool {
    relation.table().is_some_and(|it| it.rows == Rows::Empty && !it.is_partitioned())
}

/// Every row is known to satisfy it, or is checked when it comes to be so.
fn asks_rows(constraint: &Constraint) -> bool {
    constraint.validated && constraint.enforced
}

fn nulls(drafts: &mut Drafts<'_>, step: &Step, old: &Relation, was: &Table, is: &Table) {
    // Where a valid check proves that there is none, nobody looks.
    if !step.work.iter().any(|it| it.relation == old.id && it.kind != WorkKind::WriteRows) {
        return;
    }
    for (number, _) in is.live().filter(|(_, it)| it.not_null) {
        let Some(before) = was.attribute(number).filter(|it| !it.not_null && !it.dropped) else { continue };
        let title = format!("rows of {} without a value of {}", old.name, before.name);
        let make = |rows: &str| (vec![], format!("SELECT count(*) FROM {rows} WHERE {} IS NULL", before.name));
        let check =
            none_of("nulls", &format!("{}_{}", old.name.plain(), before.name), title, make(&old.name.to_string()).1);
        let sample = sample::of_table(drafts.trace, &step.before, old.id, make);
        let relation = Some(old.name.to_string());
        let sqlstates = vec!["23502".into()];
        drafts.before(step.index, &[old.id], Check { relation, sqlstates, sample, ..check });
    }
}

/// Rows that the constraint does not admit, as they are before the step.
fn refused(drafts: &mut Drafts<'_>, step: &Step, relation: &Relation, constraint: &Constraint) {
    let Some(check) = question(drafts, &step.before, relation, constraint) else { return };
    // Columns that the step itself makes cannot be asked for before.
    let Some(old) = step.before.get(relation.id).and_then(|it| it.table()) else { return };
    let there = |number: &u16| old.attribute(*number).is_some_and(|it| !it.dropped);
    if columns(constraint).iter().all(there) {
        drafts.before(step.index, &tables_of(relation.id, constraint), check);
    }
}

fn columns(constraint: &Constraint) -> Vec<u16> {
    match &constraint.kind {
        ConstraintKind::Check { expression, .. } => expression.columns().into_iter().collect(),
        ConstraintKind::ForeignKey(key) => key.columns.clone(),
        _ => vec![],
    }
}

fn tables_of(table: RelationId, constraint: &Constraint) -> Vec<RelationId> {
    let referenced = constraint.foreign_key().map(|key| key.references);
    [table].into_iter().chain(referenced.filter(|it| *it != table)).collect()
}

/// Writes the query for rows that stand for the table.
type Make<'a> = Box<dyn Fn(&str) -> String + 'a>;

/// Counts the rows that a check or a foreign key does not admit; others are asked for by their indexes.
fn question(drafts: &Drafts<'_>, schema: &Schema, relation: &Relation, constraint: &Constraint) -> Option<Check> {
    let name = schema.get(relation.id)?.name.clone();
    let what = format!("{}_{}", name.plain(), constraint.name);
    let (check, make): (Check, Make<'_>) = match &constraint.kind {
        ConstraintKind::Check { expression, .. } => {
            let title = format!("rows of {name} that break {}", constraint.name);
            let make = move |rows: &str| schema.violations(relation.id, expression, rows);
            let check = none_of("check_violations", &what, title, make(&name.to_string()));
            (Check { sqlstates: vec!["23514".into()], ..check }, Box::new(make))
        }
        ConstraintKind::ForeignKey(key) => {
            schema.get(key.references)?;
            let make = move |rows: &str| match rows.contains(' ') {
                true => schema.orphans(relation.id, key, &sample::derived(rows)),
                false => schema.orphans(relation.id, key, rows),
            };
            let whole = schema.orphans(relation.id, key, &name.to_string());
            let check = none_of("orphans", &what, orphans_title(schema, relation, key)?, whole);
            (Check { sqlstates: vec!["23503".into()], ..check }, Box::new(make))
        }
        _ => return None,
    };
    let sample = sample::of_table(drafts.trace, schema, relation.id, |rows| (vec![], make(rows)));
    Some(Check { relation: Some(name.to_string()), sample, ..check })
}

fn orphans_title(schema: &Schema, relation: &Relation, key: &ForeignKey) -> Option<String> {
    let columns = column_list(schema.get(relation.id)?.table()?, &key.columns);
    let parent = &schema.get(key.references)?.name;
    let verb = if key.columns.len() == 1 { "refers" } else { "refer" };
    Some(match key.period {
        true => format!("rows of {} whose {columns} no rows of {parent} cover", schema.get(relation.id)?.name),
        false => format!("rows of {} whose {columns} {verb} to no row of {parent}", schema.get(relation.id)?.name),
    })
}

/// Unique indexes that the step builds, of constraints or by themselves.
fn unique(drafts: &mut Drafts<'_>, step: &Step, was: &Table, is: &Table) {
    for id in is.indexes.iter().filter(|id| !was.indexes.contains(id)) {
        let Some(index) = step.after.get(*id).and_then(|it| it.index()) else { continue };
        let there = |number: &u16| was.attribute(*number).is_some_and(|it| !it.dropped);
        if !index.unique || index.exclusion || !index.columns().iter().all(there) {
            continue;
        }
        let Some(check) = duplicates(drafts, step, index) else { continue };
        drafts.before(step.index, &[index.table], check);
    }
}

fn duplicates(drafts: &Drafts<'_>, step: &Step, index: &Index) -> Option<Check> {
    let schema = &step.before;
    let name = &schema.get(index.table)?.name;
    let keys = schema.key_texts(index).join(", ");
    let among = if index.predicate.is_some() { " among those that the index is for" } else { "" };
    let title = format!("values of {keys} that more than one row of {name} has{among}");
    let what = format!("{}_{keys}", name.plain());
    let check = none_of("duplicates", &what, title, schema.duplicates(index, &name.to_string()));
    Some(Check {
        relation: Some(name.to_string()),
        sqlstates: vec!["23505".into()],
        sample: sample::of_keys(drafts.trace, schema, index),
        ..check
    })
}

/// What a later `VALIDATE CONSTRAINT` would find.
fn left_not_valid(drafts: &mut Drafts<'_>) {
    let trace = drafts.trace;
    for relation in trace.end.relations_by_name() {
        let Some(table) = relation.table().filter(|it| it.bound.is_none()) else { continue };
        let before = trace.start.get(relation.id).and_then(|it| it.table());
        for constraint in table.constraints.iter().filter(|it| !asks_rows(it) && it.parent.is_none()) {
            let is_old = before.is_some_and(|it| it.constraint(constraint.name.as_str()) == Some(constraint));
            if is_old || constraint.inherited > 0 {
                continue;
            }
            let Some(check) = question(drafts, &trace.end, relation, constraint) else { continue };
            let why = if constraint.enforced { "stays NOT VALID" } else { "is NOT ENFORCED" };
            let title = format!("{} ({} {why})", check.title, constraint.name);
            drafts.at_end(Check { title, ..check });
        }
    }
}
