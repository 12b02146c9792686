//! `RENAME TO` of a table in use.

use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::syntax::statement::{AlterTableAction, ObjectType, Statement};

pub(super) static RECIPE: Recipe = Recipe {
    id: "rename_table",
    title: "Rename a table",
    about: "In one transaction the table gets its new name and a view takes the old one, through which the old \
            application reads and writes until it is gone.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let Some(Statement::AlterTable(alter)) = site.statement() else { return None };
    let AlterTableAction::RenameTo(to) = &alter.action else { return None };
    let relation = site.used(&alter.name)?;
    if alter.object != ObjectType::Table || relation.table().is_none() {
        return None;
    }
    let from = &relation.name;
    let new = &site.after().get(relation.id)?.name;
    let columns: Vec<String> = relation.columns().live().map(|(_, it)| it.name.to_string()).collect();
    let why = format!(
        "Until the old application is gone, {from} is a view of {new} that can be read and written: renamed alone, every \
         query of the running one would fail."
    );
    let rewrite = Rewrite::new(why)
        .together(
            Phase::Expand,
            vec![
                format!("ALTER TABLE {from} RENAME TO {to}"),
                format!("CREATE VIEW {from} AS SELECT {} FROM {new}", columns.join(", ")),
            ],
            "Others see either the table or the view, never neither. ON CONFLICT, COPY FROM and TRUNCATE do not work \
             through the view alike: see what the application uses.",
        )
        .run(Phase::Contract, format!("DROP VIEW {from}"), "Takes a moment.")
        .needs(format!("The application says {new}, and nothing says {from} any more."));
    Some(rewrite)
}
