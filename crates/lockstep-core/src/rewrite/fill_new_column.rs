//! `ADD COLUMN` with a default that each row computes for itself, which rewrites the table.

use crate::effect::WorkKind;
use crate::rewrite::backfill::{Backfill, Walk};
use crate::rewrite::{Phase, Recipe, Rewrite, Site, set_not_null};
use crate::syntax::statement::{ColumnConstraintKind, Subcommand};

pub(super) static RECIPE: Recipe = Recipe {
    id: "fill_new_column",
    title: "Add a column with a volatile default",
    about: "A constant default costs nothing and stays one step. One that each row computes for itself is set for new \
            rows first; the old ones get theirs in batches.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (_, subcommand, relation) = site.subcommand()?;
    let Subcommand::AddColumn { column, if_not_exists: false } = subcommand else { return None };
    let has_default = column.constraints.iter().any(|it| matches!(it.kind, ColumnConstraintKind::Default(_)));
    if !site.blocks(WorkKind::Rewrite) || !has_default {
        return None;
    }
    let (after, table, name) = (site.after(), &relation.name, &column.name);
    let (number, made) = after.get(relation.id)?.table()?.column(name.as_str())?;
    let default = after.print_expression(relation.id, made.default.as_ref()?);
    let mut bare = column.clone();
    bare.constraints
        .retain(|it| !matches!(it.kind, ColumnConstraintKind::Default(_) | ColumnConstraintKind::NotNull { .. }));
    let backfill = Backfill {
        table: table.clone(),
        only: false,
        alias: None,
        set: Some(format!("{name} = {default}")),
        copy: None,
        from: None,
        condition: Some(format!("{name} IS NULL")),
        walk: Walk::through(site.before(), relation.id)?,
    };
    let rewrite = Rewrite::new(format!("{table} is not rewritten under a lock: old rows get their value in batches."))
        .together(
            Phase::Expand,
            vec![
                format!("ALTER TABLE {table} ADD COLUMN {bare}"),
                format!("ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {default}"),
            ],
            "Added without a default it takes a moment; the default is for rows written from now on.",
        )
        .backfill(backfill, "Each old row computes its own value.");
    match made.not_null {
        true => set_not_null::steps(site, relation.id, number, rewrite),
        false => Some(rewrite),
    }
}
