//! `ADD FOREIGN KEY` that checks the rows there are.

use crate::effect::WorkKind;
use crate::pg::hierarchy;
use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::schema::constraint::Constraint;
use crate::schema::relation::{Relation, Table};
use crate::syntax::statement::{Subcommand, TableConstraintKind};

pub(super) static RECIPE: Recipe = Recipe {
    id: "add_foreign_key",
    title: "Add a foreign key",
    about: "Added NOT VALID it holds for new rows at once and reads none of the old; VALIDATE CONSTRAINT checks those \
            while both tables are read and written. Before 18 a partitioned table's is made of those of its partitions.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (_, subcommand, relation) = site.subcommand()?;
    let Subcommand::AddConstraint(constraint) = subcommand else { return None };
    let TableConstraintKind::ForeignKey { .. } = constraint.kind else { return None };
    if !site.blocks(WorkKind::ValidateForeignKey) {
        return None;
    }
    let made = site.new_constraints(relation.id).next()?;
    let other = &site.after().get(made.foreign_key()?.references)?.name;
    let (table, name) = (&relation.name, &made.name);
    let is_partitioned = |id| site.table(id).is_some_and(Table::is_partitioned);
    if is_partitioned(relation.id) && !hierarchy::partitioned_foreign_key_may_be_not_valid(site.version()) {
        return by_partition(site, relation, made);
    }
    if is_partitioned(made.foreign_key()?.references) && !hierarchy::keys_to_partitions_become_valid(site.version()) {
        return Rewrite::refuse(format!(
            "Before PostgreSQL 18 VALIDATE CONSTRAINT leaves the key's parts for the partitions of {other} marked NOT \
             VALID, which ends in another catalog: where that may be so (every row is checked all the same), add it NOT \
             VALID and validate it by hand"
        ));
    }
    let why = format!("Writes to {table} and {other} wait for a moment only, not until every row is checked.");
    let rewrite = Rewrite::new(why)
        .run(
            Phase::Expand,
            format!("ALTER TABLE {table} {} NOT VALID", site.after().add_constraint_clause(relation.id, made)),
            "It holds for rows written from now on; no old row is read.",
        )
        .needs(format!("The application writes no row to {table} that {name} refuses."))
        .run(
            Phase::Expand,
            format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"),
            "Checks the old rows while both tables are read and written.",
        );
    Some(rewrite)
}

/// Before 18: each partition gets a key of its own, which is validated, and the table's takes it over without a look at
/// the rows (`tryAttachPartitionForeignKey`).
fn by_partition(site: &Site<'_>, relation: &Relation, made: &Constraint) -> Option<Rewrite> {
    let after = site.after();
    let (table, name) = (&relation.name, &made.name);
    let other = &after.get(made.foreign_key()?.references)?.name;
    let mut rewrite = Rewrite::new(format!(
        "Writes to {table} and {other} wait for a moment only: the partitions' rows are checked one partition after the \
         other, while they are read and written."
    ));
    // Tables that hold rows, with the name that the key has there.
    let mut parts = vec![];
    let mut above = vec![(relation.id, made)];
    while let Some((id, whole)) = above.pop() {
        for child in after.children(id) {
            let is_part =
                |it: &&Constraint| it.parent.as_ref().is_some_and(|(of, key)| *of == id && *key == whole.name);
            let part = after.get(child)?.table()?.constraints.iter().find(is_part)?;
            match after.get(child)?.table()?.is_partitioned() {
                true => above.push((child, part)),
                false => parts.push((child, part)),
            }
        }
    }
    parts.sort_by_key(|it| it.0);
    for (id, part) in parts {
        let (partition, key) = (&after.get(id)?.name, &part.name);
        rewrite = rewrite
            .run(
                Phase::Expand,
                format!("ALTER TABLE {partition} {} NOT VALID", after.add_constraint_clause(id, part)),
                "It holds for rows written from now on; no old row is read.",
            )
            .needs(format!("The application writes no row to {table} that {name} refuses."))
            .run(
                Phase::Expand,
                format!("ALTER TABLE {partition} VALIDATE CONSTRAINT {key}"),
                "Checks the old rows while both tables are read and written.",
            );
    }
    let clause = after.add_constraint_clause(relation.id, made);
    let takes = "It takes over the keys of the partitions, which are valid, so no row is read.";
    Some(rewrite.run(Phase::Expand, format!("ALTER TABLE {table} {clause}"), takes))
}
