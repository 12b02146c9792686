//! `SET NOT NULL` that reads the rows there are.

use crate::effect::{RelationId, WorkKind};
use crate::pg::behavior;
use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::syntax::statement::Subcommand;

pub(super) static RECIPE: Recipe = Recipe {
    id: "set_not_null",
    title: "Set a column NOT NULL",
    about: "Before PostgreSQL 18 a validated CHECK (column IS NOT NULL) proves it, so that SET NOT NULL reads nothing; \
            from 18 on the not-null constraint itself is added NOT VALID and validated.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (_, subcommand, relation) = site.subcommand()?;
    let Subcommand::SetNotNull { column } = subcommand else { return None };
    if !site.blocks(WorkKind::Verify) {
        return None;
    }
    let table = &relation.name;
    let why = format!("Reads and writes of {table} wait for a moment only, not until every row is checked.");
    let (number, _) = relation.table()?.column(column.as_str())?;
    steps(site, relation.id, number, Rewrite::new(why))
}

/// The steps that make a column not null without reading the table under a lock, whatever statement asks for it.
pub(super) fn steps(site: &Site<'_>, id: RelationId, number: u16, rewrite: Rewrite) -> Option<Rewrite> {
    let table = &site.before().get(id)?.name;
    let column = site.after().get(id)?.table()?.column_name(number);
    let needs = format!("The application writes no null to {table}.{column}.");
    let (holds, checks) = (
        "It holds for rows written from now on; no old row is read.",
        "Checks the old rows while the table is in use.",
    );
    if behavior::not_null_is_a_constraint(site.version()) {
        let made = site.after().not_null_constraint(id, number)?;
        let clause = site.after().add_constraint_clause(id, made);
        let rewrite = rewrite
            .run(Phase::Expand, format!("ALTER TABLE {table} {clause} NOT VALID"), holds)
            .needs(needs)
            .run(Phase::Expand, format!("ALTER TABLE {table} VALIDATE CONSTRAINT {}", made.name), checks);
        return Some(rewrite);
    }
    let base = format!("{}_{}", table.name.as_str(), column.as_str());
    let check = crate::name::quote_identifier(&site.free_name(table, &base, "_not_null"));
    let rewrite = rewrite
        .run(
            Phase::Expand,
            format!("ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID"),
            holds,
        )
        .needs(needs)
        .run(Phase::Expand, format!("ALTER TABLE {table} VALIDATE CONSTRAINT {check}"), checks)
        .run(
            Phase::Expand,
            format!("ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL"),
            "The validated check proves it, so no row is read.",
        )
        .run(
            Phase::Expand,
            format!("ALTER TABLE {table} DROP CONSTRAINT {check}"),
            "The column itself forbids nulls now.",
        );
    Some(rewrite)
}
