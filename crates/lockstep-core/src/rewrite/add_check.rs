//! `ADD CHECK` that reads the rows there are.

use crate::effect::WorkKind;
use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::syntax::statement::{Subcommand, TableConstraintKind};

pub(super) static RECIPE: Recipe = Recipe {
    id: "add_check",
    title: "Add a check constraint",
    about: "Added NOT VALID it holds for new rows at once and reads none of the old; VALIDATE CONSTRAINT checks those \
            while the table is read and written.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (alter, subcommand, relation) = site.subcommand()?;
    let Subcommand::AddConstraint(constraint) = subcommand else { return None };
    let TableConstraintKind::Check { .. } = constraint.kind else { return None };
    if !site.blocks(WorkKind::Verify) {
        return None;
    }
    let made = site.new_constraints(relation.id).next()?;
    let (table, name) = (&relation.name, &made.name);
    let only = if alter.only { "ONLY " } else { "" };
    let why = format!("Reads and writes of {table} wait for a moment only, not until every row is checked.");
    let rewrite = Rewrite::new(why)
        .run(
            Phase::Expand,
            format!("ALTER TABLE {only}{table} {} NOT VALID", site.after().add_constraint_clause(relation.id, made)),
            "It holds for rows written from now on; no old row is read.",
        )
        .needs(format!("The application writes no row to {table} that {name} refuses."))
        .run(
            Phase::Expand,
            format!("ALTER TABLE {only}{table} VALIDATE CONSTRAINT {name}"),
            "Checks the old rows while the table is read and written.",
        );
    Some(rewrite)
}
