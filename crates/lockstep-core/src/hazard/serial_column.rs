#![doc = include_str!("serial_column.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{running, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{ColumnDefinition, Statement, Subcommand, TableElement};

pub(super) static HAZARD: Hazard = Hazard {
    id: "serial_column",
    severity: Severity::Note,
    page: include_str!("serial_column.md"),
    recipe: None,
    concerns: Concerns::CREATE_TABLE.or(Concerns::ALTER_TABLE),
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let (table, columns): (_, Vec<&ColumnDefinition>) = match running(step) {
        Some(Statement::CreateTable(it)) => {
            let columns = it.elements.iter().filter_map(|it| match it {
                TableElement::Column(column) => Some(column),
                _ => None,
            });
            (&it.name, columns.collect())
        }
        Some(Statement::AlterTable(it)) => {
            let columns = subcommands(step).iter().filter_map(|it| match it {
                Subcommand::AddColumn { column, .. } => Some(column),
                _ => None,
            });
            (&it.name, columns.collect())
        }
        _ => return vec![],
    };
    let is_serial = |it: &&ColumnDefinition| {
        let words = ["serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"];
        it.type_name.as_ref().is_some_and(|it| it.name.schema.is_none() && words.contains(&it.name.name.as_str()))
    };
    let serials = columns.into_iter().filter(is_serial);
    serials
        .map(|column| {
            let message = format!(
                "The sequence of {} of {table} is an object of its own: it needs its own grants, and any INSERT may bring a \
                 number past it.",
                column.name
            );
            Finding::new(&HAZARD, message).about(table)
        })
        .collect()
}
