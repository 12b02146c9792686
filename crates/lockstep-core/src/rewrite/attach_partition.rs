//! `ATTACH PARTITION` of a table that holds rows, or beside a default partition that does.

use crate::effect::{RelationId, WorkKind};
use crate::rewrite::{Phase, Recipe, Rewrite, Site, set_not_null};
use crate::statement::partition::constraint::{of_bound, of_partition_of};
use crate::syntax::statement::Subcommand;

pub(super) static RECIPE: Recipe = Recipe {
    id: "attach_partition",
    title: "Attach a partition",
    about: "A CHECK that says the bounds, validated while the table is in use, proves that its rows belong there; one on \
            the default partition, that none of its rows does; indexes and keys are made beforehand. ATTACH PARTITION then \
            reads nothing.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (_, subcommand, whole) = site.subcommand()?;
    let Subcommand::AttachPartition { partition, .. } = subcommand else { return None };
    let kinds = [WorkKind::Verify, WorkKind::BuildIndex, WorkKind::ValidateForeignKey];
    if !kinds.into_iter().any(|it| site.blocks(it)) {
        return None;
    }
    let (before, after) = (site.before(), site.after());
    let id = crate::hazard::shapes::find(site.step, before, partition)?;
    let (parent, part) = (&whole.name, &before.get(id)?.name);
    let bound = after.get(id)?.table()?.bound.clone()?;
    let mut rewrite = Rewrite::new(format!(
        "{part} becomes a partition of {parent} in a moment: what ATTACH would read is proved before."
    ));
    rewrite = keys(site, id, rewrite)?;
    let mut checks = vec![];
    // The table itself or one of its own partitions is read.
    let within = |top: RelationId, it: RelationId| it == top || before.ancestors(it).contains(&top);
    let reads = |top: RelationId| site.blocking(WorkKind::Verify).any(|it| within(top, it.relation));
    if reads(id) {
        let condition = of_partition_of(after, whole.id, &bound)?;
        let needs = format!("The application writes no row to {part} that does not belong to the partition.");
        rewrite = check(site, id, &condition, needs, rewrite, &mut checks)?;
    }
    if let Some(default) = before.default_partition(whole.id).filter(|it| reads(*it)) {
        let condition = format!("NOT ({})", of_bound(after, whole.id, &bound)?);
        let needs = format!("The application writes no row to {parent} yet that belongs to the new partition.");
        rewrite = check(site, default, &condition, needs, rewrite, &mut checks)?;
    }
    let attach = site.statement()?.to_string();
    rewrite = rewrite.run(Phase::Expand, attach, "The validated checks prove what it asks for, so no row is read.");
    for (table, name) in checks {
        let drop = format!("ALTER TABLE {table} DROP CONSTRAINT {name}");
        rewrite = rewrite.run(Phase::Expand, drop, "The bounds of the partitions say the same now.");
    }
    Some(rewrite)
}

/// A check that proves the condition, validated while the table is in use.
fn check(
    site: &Site<'_>,
    id: RelationId,
    condition: &str,
    needs: String,
    rewrite: Rewrite,
    checks: &mut Vec<(String, String)>,
) -> Option<Rewrite> {
    let table = &site.before().get(id)?.name;
    let name = crate::name::quote_identifier(&site.free_name(table, table.name.as_str(), "_bounds"));
    checks.push((table.to_string(), name.clone()));
    let rewrite = rewrite
        .run(
            Phase::Expand,
            format!("ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID"),
            "It holds for rows written from now on; no old row is read.",
        )
        .needs(needs)
        .run(
            Phase::Expand,
            format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"),
            "Checks the old rows while the table is read and written.",
        );
    Some(rewrite)
}

/// Indexes and keys that the partition gets from the whole, made while it is in use.
fn keys(site: &Site<'_>, id: RelationId, mut rewrite: Rewrite) -> Option<Rewrite> {
    let (before, after) = (site.before(), site.after());
    let (old, new) = (before.get(id)?.table()?, after.get(id)?.table()?);
    let table = &before.get(id)?.name;
    // Nulls are forbidden first, by whatever forbids them in the whole.
    for (number, column) in new.live() {
        if column.not_null && !old.attribute(number)?.not_null && site.blocks(WorkKind::Verify) {
            rewrite = set_not_null::steps(site, id, number, rewrite)?;
        }
    }
    for index in new.indexes.iter().filter(|it| !old.indexes.contains(it)) {
        if !site.blocks(WorkKind::BuildIndex) || new.is_partitioned() {
            continue;
        }
        let constraint = new.constraints.iter().find(|it| it.index() == Some(*index));
        rewrite = rewrite.run(
            Phase::Expand,
            after.index_definition_as(*index, "CONCURRENTLY "),
            "Reads and writes go on while it is built.",
        );
        if let Some(it) = constraint {
            let word = if it.is_primary_key() { "PRIMARY KEY" } else { "UNIQUE" };
            let name = &it.name;
            rewrite = rewrite.run(
                Phase::Expand,
                format!(
                    "ALTER TABLE {table} ADD CONSTRAINT {name} {word} USING INDEX {}",
                    after.relation(*index).name.name
                ),
                "The index becomes the constraint's; no row is read.",
            );
        }
    }
    for made in site.new_constraints(id).filter(|it| it.foreign_key().is_some()) {
        if !site.blocks(WorkKind::ValidateForeignKey) {
            continue;
        }
        rewrite = rewrite
            .run(
                Phase::Expand,
                format!("ALTER TABLE {table} {} NOT VALID", after.add_constraint_clause(id, made)),
                "It holds for rows written from now on; no old row is read.",
            )
            .run(
                Phase::Expand,
                format!("ALTER TABLE {table} VALIDATE CONSTRAINT {}", made.name),
                "Checks the old rows while both tables are read and written.",
            );
    }
    Some(rewrite)
}
