//! `DROP CONSTRAINT` of a table in use.

use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::schema::constraint::ConstraintKind;
use crate::syntax::statement::{Statement, Subcommand};

pub(super) static RECIPE: Recipe = Recipe {
    id: "drop_constraint",
    title: "Drop a constraint",
    about: "By itself, its locks asked for briefly: a foreign key's are on both tables. A key goes once no query relies on \
            it.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (alter, subcommand, relation) = site.subcommand()?;
    let Subcommand::DropConstraint { name, cascade: false, .. } = subcommand else { return None };
    let constraint = relation.table()?.constraint(name.as_str())?;
    let sql = Statement::AlterTable(alter.clone()).to_string();
    let table = &relation.name;
    let rewrite = match &constraint.kind {
        ConstraintKind::ForeignKey(key) => {
            let other = &site.before().get(key.references)?.name;
            Rewrite::new(format!(
                "Queries on {table} and {other} wait for a moment only: it is a transaction of its own."
            ))
            .run(
                Phase::Expand,
                sql,
                format!("Its triggers on {other} go too, so both are locked for a moment."),
            )
        }
        ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. } | ConstraintKind::Exclude { .. } => {
            Rewrite::new(format!("{name} goes once no query relies on it."))
                .run(Phase::Contract, sql, "Its index goes with it; it takes a moment.")
                .needs(format!(
                    "No ON CONFLICT of the application names {name} or its columns, and no query needs its index."
                ))
        }
        ConstraintKind::Check { .. } | ConstraintKind::NotNull { .. } => return None,
    };
    Some(rewrite)
}
