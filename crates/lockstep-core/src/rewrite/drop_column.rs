//! `DROP COLUMN` of a table in use.

use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::syntax::statement::{Statement, Subcommand};

pub(super) static RECIPE: Recipe = Recipe {
    id: "drop_column",
    title: "Drop a column",
    about: "First nothing may need it: a column that must be filled is made nullable, the application is deployed \
            without it, and only then it goes.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (alter, subcommand, relation) = site.subcommand()?;
    let Subcommand::DropColumn { name, .. } = subcommand else { return None };
    let (number, column) = relation.table()?.column(name.as_str())?;
    // Nobody knows a column that the migration made.
    site.trace.start.get(relation.id)?.table()?.attribute(number)?;
    let table = &relation.name;
    let fills_itself = column.default.is_some() || column.generated.is_some() || column.identity.is_some();
    let mut rewrite =
        Rewrite::new(format!("The column goes once no running application reads or writes {table}.{name}."));
    let in_key = relation
        .table()?
        .primary_key()
        .and_then(|it| it.index())
        .is_some_and(|index| site.before().index(index).columns().contains(&number));
    if column.not_null && !fills_itself && !in_key {
        rewrite = rewrite.run(
            Phase::Expand,
            format!("ALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL"),
            "The new application may leave it out while the old one still fills it.",
        );
    }
    let needs = format!(
        "The application neither reads nor writes {table}.{name}: no SELECT *, no INSERT without a column list."
    );
    let drop = Statement::AlterTable(alter.clone()).to_string();
    Some(rewrite.run(Phase::Contract, drop, "Takes a moment: the rows stay as they are.").needs(needs))
}
