//! `ENABLE ROW LEVEL SECURITY` before there are policies.

use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::syntax::statement::{RowSecurity, Statement, Subcommand};

pub(super) static RECIPE: Recipe = Recipe {
    id: "row_security",
    title: "Turn on row security",
    about: "Policies first, row security last: turned on without them it hides every row from all but the owner.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (alter, subcommand, relation) = site.subcommand()?;
    let Subcommand::RowSecurity(RowSecurity::Enable | RowSecurity::Force) = subcommand else { return None };
    let table = &relation.name;
    let follows = site.rest.iter().any(|step| match step.statement.as_deref() {
        Some(Statement::CreatePolicy(it)) => {
            crate::hazard::shapes::find(site.step, site.before(), &it.table) == Some(relation.id)
        }
        _ => false,
    });
    let why = match follows {
        true => format!("Row security of {table} begins when its policies are there."),
        false => format!("Row security of {table} begins when the application is ready for it."),
    };
    let needs = format!(
        "The application connects as a role that the policies of {table} let through, with the settings that they read."
    );
    let sql = Statement::AlterTable(alter.clone()).to_string();
    Some(Rewrite::new(why).run(Phase::Contract, sql, "Takes a moment.").needs(needs))
}
