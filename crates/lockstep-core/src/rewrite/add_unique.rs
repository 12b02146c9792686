//! `ADD UNIQUE`, which builds its index under an exclusive lock.

use crate::effect::{RelationId, WorkKind};
use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::schema::constraint::Constraint;
use crate::syntax::statement::{Subcommand, TableConstraintKind};

pub(super) static RECIPE: Recipe = Recipe {
    id: "add_unique",
    title: "Add a unique constraint",
    about: "A unique index is built CONCURRENTLY, and becomes the constraint's in a moment; on a partitioned table the \
            constraint is put together from those of its partitions.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (_, subcommand, relation) = site.subcommand()?;
    let Subcommand::AddConstraint(constraint) = subcommand else { return None };
    let TableConstraintKind::Unique { without_overlaps: false, .. } = constraint.kind else { return None };
    if !site.blocks(WorkKind::BuildIndex) {
        return None;
    }
    let made = site.new_constraints(relation.id).find(|it| it.letter() == 'u')?;
    let table = &relation.name;
    let rewrite = Rewrite::new(format!("Reads and writes of {table} go on while the index is built."));
    key(site, relation.id, made, rewrite).map(|it| {
        it.needs(format!(
            "The application writes no duplicates to {table}: {} refuses them while it is built.",
            made.name
        ))
    })
}

/// The steps that give a table a unique constraint or primary key whose columns may be its key.
pub(super) fn key(site: &Site<'_>, id: RelationId, made: &Constraint, rewrite: Rewrite) -> Option<Rewrite> {
    let after = site.after();
    let table = &site.before().get(id)?.name;
    let index = made.index()?;
    if site.table(id)?.is_partitioned() {
        let clause = after.add_constraint_clause(id, made);
        let rewrite = rewrite.run(
            Phase::Expand,
            format!("ALTER TABLE ONLY {table} {clause}"),
            "Only the definition: it holds no rows and takes no time.",
        );
        return partitions(site, index, rewrite);
    }
    let word = if made.is_primary_key() { "PRIMARY KEY" } else { "UNIQUE" };
    let deferrable = match (made.deferrable, made.initially_deferred) {
        (true, true) => " DEFERRABLE INITIALLY DEFERRED",
        (true, false) => " DEFERRABLE",
        (false, _) => "",
    };
    let name = &made.name;
    let rewrite = rewrite
        .run(
            Phase::Expand,
            after.index_definition_as(index, "CONCURRENTLY "),
            "Reads and writes go on. Where it meets duplicates it fails and leaves an invalid index: drop it, mend the \
             rows, run it again.",
        )
        .run(
            Phase::Expand,
            format!("ALTER TABLE {table} ADD CONSTRAINT {name} {word} USING INDEX {name}{deferrable}"),
            "The index becomes the constraint's; no row is read.",
        );
    Some(rewrite)
}

/// The same constraint for each partition, attached to the whole.
fn partitions(site: &Site<'_>, parent: RelationId, mut rewrite: Rewrite) -> Option<Rewrite> {
    let after = site.after();
    let name = &after.get(parent)?.name;
    let parts = after.relations().filter(|it| it.index().is_some_and(|it| it.parent == Some(parent)));
    for part in parts {
        let table = after.index(part.id).table;
        let constraint = after.get(table)?.table()?.constraints.iter().find(|it| it.index() == Some(part.id))?;
        rewrite = key(site, table, constraint, rewrite)?;
        let attach = format!("ALTER INDEX {name} ATTACH PARTITION {}", part.name);
        rewrite = rewrite.run(Phase::Expand, attach, "The last one attached makes the constraint of the whole valid.");
    }
    Some(rewrite)
}
