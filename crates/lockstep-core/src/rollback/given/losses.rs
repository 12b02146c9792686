//! What a way back takes though the migration had left it: rows and values, by the identity of what holds them.

use crate::effect::{DataChangeKind, RelationId};
use crate::rollback::relations::column_path;
use crate::rollback::state::find;
use crate::schema::Schema;
use crate::simulate::trace::{GivenBack, Step};
use crate::syntax::statement::Statement;

/// One sentence each.
pub fn losses(back: &GivenBack) -> Vec<String> {
    let mut found = vec![];
    if !back.trace.steps.iter().any(writes) {
        found.extend(made_anew(back));
    }
    found.extend(back.trace.steps.iter().filter_map(|step| emptied(back, step)));
    found
}

/// It may carry over what something else held.
fn writes(step: &Step) -> bool {
    match step.statement.as_deref() {
        Some(Statement::CreateTable(it)) => it.query.is_some(),
        Some(
            Statement::Insert(_)
            | Statement::Update(_)
            | Statement::Merge(_)
            | Statement::Copy(_)
            | Statement::Do(_)
            | Statement::Select(_)
            | Statement::Other(_),
        )
        | None => true,
        _ => false,
    }
}

/// Tables and columns that were there before and after the migration, and are others in the end.
fn made_anew(back: &GivenBack) -> Vec<String> {
    let mut found = vec![];
    let (before, after, end) = (&back.before, &back.after, &back.trace.end);
    let holds_rows =
        |schema: &Schema, id: RelationId| schema.get(id).is_some_and(|it| it.table().is_some() && !it.is_view());
    for relation in before.relations_by_name().filter(|it| holds_rows(before, it.id) && holds_rows(after, it.id)) {
        let (id, name) = (relation.id, &relation.name);
        if !holds_rows(end, id) {
            let why =
                if end.find(name).is_some() { "the table is dropped and made anew" } else { "the table is dropped" };
            found.push(format!("The rows of {name}, which the migration keeps: {why}."));
            continue;
        }
        for (number, column) in before.table(id).live().filter(|(_, it)| it.generated.is_none()) {
            let lives = |schema: &Schema| schema.table(id).attribute(number).is_some_and(|it| !it.dropped);
            if lives(after) && !lives(end) {
                let again = end.table(id).column(column.name.as_str()).is_some();
                let why = if again { "the column is dropped and made anew" } else { "the column is dropped" };
                let path = column_path(before, id, number);
                found.push(format!("The values of {path}, which the migration keeps: {why}."));
            }
        }
    }
    found
}

/// Every row of a table that was there before.
fn emptied(back: &GivenBack, step: &Step) -> Option<String> {
    let (table, what) = match step.statement.as_deref()? {
        Statement::Truncate(_) => {
            let gone = step.data_changes.iter().find(|it| it.kind == DataChangeKind::Deleted)?;
            (gone.relation, "truncates the table")
        }
        Statement::Delete(it) if it.condition.is_none() && it.from.is_empty() && !it.opaque => {
            (find(&step.before, &step.session, &it.table)?, "deletes all of them")
        }
        _ => return None,
    };
    let was = back.before.get(table).filter(|it| it.table().is_some())?;
    Some(format!("The rows of {}: step {} {what}.", was.name, step.index))
}
