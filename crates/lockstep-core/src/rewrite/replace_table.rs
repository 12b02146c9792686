//! `RENAME TO` of a table whose name another table takes: one that was made beside it, or one that it becomes a partition of.

use crate::effect::RelationId;
use crate::name::quote_identifier;
use crate::rewrite::settled::{is_boundary, sets_timeout, text};
use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::schema::Schema;
use crate::schema::relation::Relation;
use crate::simulate::trace::Step;
use crate::statement::partition::constraint::of_partition_of;
use crate::syntax::statement::{AlterTableAction, ObjectType, Statement, Subcommand};

pub(super) static RECIPE: Recipe = Recipe {
    id: "replace_table",
    title: "Put another table in a table's place",
    about: "Both names change in one short transaction, so that queries meet either the one table or the other. Where the old \
            table becomes a partition of the new one, a validated CHECK proves beforehand that its rows belong there.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let Some(Statement::AlterTable(alter)) = site.statement() else { return None };
    let AlterTableAction::RenameTo(to) = &alter.action else { return None };
    let relation = site.used(&alter.name)?;
    if alter.object != ObjectType::Table || relation.table().is_none() {
        return None;
    }
    let takes = taken(site, relation)?;
    let mut swap = vec![text(site.step)];
    swap.extend(site.rest[..takes].iter().filter(|it| !is_boundary(it) && !sets_timeout(it)).map(text));
    let end = (site.tried)(&format!("{};", swap.join(";\n"))).end;
    let (from, new) = (&relation.name, &end.get(relation.id)?.name);
    let why = format!(
        "Another table gets the name {from}: in one transaction, so that no query of the application finds none of that name."
    );
    let needs = format!(
        "The application names its columns and needs nothing that stays with the old {from}: foreign keys that refer to it, \
         views, triggers, privileges, and prepared statements of open connections."
    );
    let mut rewrite = Rewrite::new(why);
    let condition = bounds(&end, relation.id);
    let check = quote_identifier(&site.free_name(from, from.name.as_str(), "_bounds"));
    if let Some(condition) = &condition {
        rewrite = rewrite
            .run(
                Phase::Expand,
                format!("ALTER TABLE {from} ADD CONSTRAINT {check} CHECK ({condition}) NOT VALID"),
                "It holds for rows written from now on; no old row is read.",
            )
            .needs(format!("The application writes no row to {from} that does not belong to {to} as a partition."))
            .run(
                Phase::Expand,
                format!("ALTER TABLE {from} VALIDATE CONSTRAINT {check}"),
                "Checks the old rows while the table is read and written.",
            );
    }
    rewrite = rewrite
        .together(Phase::Contract, swap, "One transaction of a few milliseconds: no row is read or written.")
        .needs(needs)
        .settles(&["several_tables_locked"]);
    if condition.is_some() {
        let drop = format!("ALTER TABLE {new} DROP CONSTRAINT {check}");
        rewrite = rewrite.run(Phase::Contract, drop, "The bounds of the partition say the same now.");
    }
    Some(Rewrite { takes, solitary: true, ..rewrite })
}

/// How many of the statements that follow are one act with the renaming: up to the one that gives the name to another
/// table, and what makes that table's partitions.
fn taken(site: &Site<'_>, old: &Relation) -> Option<usize> {
    let is_it = |name: &crate::name::QualifiedName| {
        name.name == old.name.name && name.schema.as_ref().is_none_or(|it| *it == old.name.schema)
    };
    let gives = |step: &Step| match step.statement.as_deref() {
        Some(Statement::CreateTable(create)) => is_it(&create.name),
        Some(Statement::AlterTable(alter)) => {
            matches!(&alter.action, AlterTableAction::RenameTo(to) if *to == old.name.name)
        }
        _ => false,
    };
    let makes_partition = |step: &Step| match step.statement.as_deref() {
        Some(Statement::CreateTable(create)) => create.partition_of.as_ref().is_some_and(|(parent, _)| is_it(parent)),
        Some(Statement::AlterTable(alter)) => match &alter.action {
            AlterTableAction::Subcommands(all) => {
                is_it(&alter.name) && all.iter().all(|it| matches!(it, Subcommand::AttachPartition { .. }))
            }
            _ => false,
        },
        _ => false,
    };
    let given = site.rest.iter().position(gives)? + 1;
    let more = site.rest[given..].iter().take_while(|it| makes_partition(it) || is_boundary(it));
    let last = more.enumerate().filter(|(_, it)| !is_boundary(it)).last().map_or(0, |(at, _)| at + 1);
    Some(given + last)
}

/// The condition that the bounds of the table ask of its rows, where it has become a partition.
fn bounds(end: &Schema, id: RelationId) -> Option<String> {
    let bound = end.get(id)?.table()?.bound.clone()?;
    of_partition_of(end, end.partition_parent(id)?, &bound)
}
