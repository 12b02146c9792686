//! `ADD CONSTRAINT … NOT NULL` that reads the rows there are (from PostgreSQL 18).

use crate::effect::WorkKind;
use crate::rewrite::{Recipe, Rewrite, Site, set_not_null};
use crate::syntax::statement::{Subcommand, TableConstraintKind};

pub(super) static RECIPE: Recipe = Recipe {
    id: "add_not_null_constraint",
    title: "Add a not-null constraint",
    about: "Added NOT VALID it holds for new rows at once and reads none of the old; VALIDATE CONSTRAINT checks those \
            while the table is read and written.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (_, subcommand, relation) = site.subcommand()?;
    let Subcommand::AddConstraint(constraint) = subcommand else { return None };
    let TableConstraintKind::NotNull { column, .. } = &constraint.kind else { return None };
    if !site.blocks(WorkKind::Verify) {
        return None;
    }
    let why = format!("Reads and writes of {} wait for a moment only, not until every row is checked.", relation.name);
    let (number, _) = relation.table()?.column(column.as_str())?;
    set_not_null::steps(site, relation.id, number, Rewrite::new(why))
}
