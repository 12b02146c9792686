#![doc = include_str!("name_needs_quotes.md")]

use crate::diagnostic::Severity;
use crate::hazard::concerns::Concerns;
use crate::hazard::exposure::runs;
use crate::hazard::shapes::new_columns;
use crate::hazard::{Finding, Hazard};
use crate::keyword::{self, Category};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "name_needs_quotes",
    severity: Severity::Note,
    page: include_str!("name_needs_quotes.md"),
    recipe: None,
    concerns: Concerns::MAKES.or(Concerns::COLUMNS),
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    let made = step.locks.iter().filter(|it| it.new && matches!(it.kind, 'r' | 'p' | 'v' | 'm'));
    let tables = made.filter_map(|it| step.after.get(it.relation)).map(|it| (it, &it.name.name));
    let columns = new_columns(step).into_iter().map(|(table, column)| (table, &column.name));
    let mut names: Vec<String> = vec![];
    let mut about = None;
    for (table, name) in tables.chain(columns) {
        if name.is_plain() {
            continue;
        }
        let written = name.to_string();
        // `ColId` takes some keywords bare, though the server prints them quoted (`quote_identifier`).
        let is_column_name = keyword::category(name.as_str()) == Some(Category::ColumnName);
        if !is_column_name && !names.contains(&written) {
            about.get_or_insert(&table.name);
            names.push(written);
        }
    }
    let Some(table) = about else { return vec![] };
    let message = format!("{} must be quoted in every query from now on.", names.join(", "));
    vec![Finding::new(&HAZARD, message).about(table)]
}
