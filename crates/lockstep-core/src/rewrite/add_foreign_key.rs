//! `ADD FOREIGN KEY` that checks the rows there are.

use crate::effect::WorkKind;
use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::syntax::statement::{Subcommand, TableConstraintKind};

pub(super) static RECIPE: Recipe = Recipe {
    id: "add_foreign_key",
    title: "Add a foreign key",
    about: "Added NOT VALID it holds for new rows at once and reads none of the old; VALIDATE CONSTRAINT checks those \
            while both tables are read and written.",
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
