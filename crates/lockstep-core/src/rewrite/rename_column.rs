//! `RENAME COLUMN` of a column in use.

use crate::rewrite::shadow::{Shadow, Sync, differs};
use crate::rewrite::{Recipe, Rewrite, Site};
use crate::syntax::statement::{AlterTableAction, Statement};

pub(super) static RECIPE: Recipe = Recipe {
    id: "rename_column",
    title: "Rename a column",
    about: "Old and new application each know one name: both columns are there, a trigger keeps them equal, and the old \
            one goes when nobody uses it any more.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let Some(Statement::AlterTable(alter)) = site.statement() else { return None };
    let AlterTableAction::RenameColumn { from, to } = &alter.action else { return None };
    let relation = site.used(&alter.name)?;
    let (number, column) = relation.table()?.column(from.as_str())?;
    // Nobody knows a column that the migration made.
    site.trace.start.get(relation.id)?.table()?.attribute(number)?;
    let table = &relation.name;
    let sync = Sync {
        body: format!(
            "  IF TG_OP = 'INSERT' THEN\n    IF NEW.{to} IS NULL THEN\n      NEW.{to} := NEW.{from};\n    ELSE\n      \
             NEW.{from} := NEW.{to};\n    END IF;\n  ELSIF NEW.{to} IS DISTINCT FROM OLD.{to} THEN\n    \
             NEW.{from} := NEW.{to};\n  ELSE\n    NEW.{to} := NEW.{from};\n  END IF;"
        ),
        set: format!("{to} = {from}"),
        left: format!("{to} IS NULL AND {from} IS NOT NULL"),
        differs: differs(&column.type_, to, &from.to_string()),
    };
    let why = format!(
        "Until the old application is gone {table} has both {from} and {to}, with equal values: renamed at once, every \
         query of the running one would fail."
    );
    let needs = format!("The application reads and writes {table}.{to}, and nothing says {from} any more.");
    Shadow { site, table: relation.id, number, beside: to.clone() }.steps(sync, why, needs)
}
