//! `COPY`: `DoCopy`, `ProcessCopyOptions`, `BeginCopyTo` and `CopyFrom`.

use crate::effect::{DataChangeKind, PgError, RelationId, WorkKind};
use crate::name::{Ident, QualifiedName};
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::relation::TableKind;
use crate::statement::Command;
use crate::statement::column::missing_column;
use crate::statement::copy_options::{self, Format};
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::query::row_security;
use crate::statement::row_target::writable;
use crate::statement::select;
use crate::syntax::expression::{Expr, Literal};
use crate::syntax::statement::{Copied, Copy, Insert, InsertSource};

impl Command for Copy {
    fn run(&self, execution: &mut Execution) -> Outcome {
        match &self.what {
            Copied::Query(query) => {
                copy_options::read(self, execution)?;
                query.run(execution)
            }
            Copied::Table { name, columns } if self.from => copy_in(self, execution, name, columns),
            Copied::Table { name, columns } => copy_out(self, execution, name, columns),
        }
    }
}

fn copy_out(statement: &Copy, execution: &mut Execution, name: &QualifiedName, columns: &[Ident]) -> Outcome {
    let id = execution.open(name, LockMode::AccessShare, "the rows of the table are read")?;
    let relation = execution.schema.relation(id);
    let hint = match relation.kind() {
        'r' => None,
        'm' if behavior::copies_materialized_views(execution.version) => None,
        'S' => Some(""),
        _ => Some("Try the COPY (SELECT ...) TO variant."),
    };
    if let Some(hint) = hint {
        let kind = match relation.table().map(|table| &table.kind) {
            Some(TableKind::Partitioned) => "partitioned table",
            _ => Execution::kind_words(relation),
        };
        let kind = if kind == "index" { "non-table relation" } else { kind };
        let message = format!("cannot copy from {kind} \"{}\"", execution.bare_name(id));
        let error = PgError::new(sqlstate::WRONG_OBJECT_TYPE, message);
        return Err(if hint.is_empty() { error.into() } else { error.hint(hint).into() });
    }
    copy_options::read(statement, execution)?;
    attributes(execution, id, columns)?;
    if row_security::is_subject(execution, id)? {
        // `DoCopy` makes a query of it.
        select::lock_indexes(execution, id, LockMode::AccessShare);
        row_security::read(execution, id, false)?;
    }
    Ok(())
}

/// `CopyGetAttnums`.
fn attributes(execution: &Execution, id: RelationId, names: &[Ident]) -> Outcome<Vec<u16>> {
    let columns = execution.schema.relation(id).columns();
    if names.is_empty() {
        let plain = columns.live().filter(|(_, column)| column.generated.is_none());
        return Ok(plain.map(|(number, _)| number).collect());
    }
    let mut numbers = vec![];
    for name in names {
        let Some((number, column)) = columns.find(name.as_str()) else {
            return Err(missing_column(name, &execution.bare_name(id)).into());
        };
        if column.generated.is_some() {
            let message = format!("column \"{}\" is a generated column", name.as_str());
            let error = PgError::new(sqlstate::INVALID_COLUMN_REFERENCE, message);
            return Err(error.detail("Generated columns cannot be used in COPY.").into());
        }
        if numbers.contains(&number) {
            let message = format!("column \"{}\" specified more than once", name.as_str());
            return fail(sqlstate::DUPLICATE_COLUMN, message);
        }
        numbers.push(number);
    }
    Ok(numbers)
}

fn copy_in(statement: &Copy, execution: &mut Execution, name: &QualifiedName, columns: &[Ident]) -> Outcome {
    let id = execution.open(name, LockMode::RowExclusive, "rows are added to the table")?;
    if execution.may(&Object::Relation(id), "insert").is_yes() && row_security::is_subject(execution, id)? {
        let error = PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, "COPY FROM not supported with row-level security");
        return Err(error.hint("Use INSERT statements instead.").into());
    }
    if statement.condition.is_some() {
        return unknown("COPY with a condition is not modelled");
    }
    writable(execution, "COPY FROM", id)?;
    let options = copy_options::read(statement, execution)?;
    let numbers = attributes(execution, id, columns)?;
    let kind = execution.schema.relation(id).table().map(|table| table.kind.clone());
    match kind {
        Some(TableKind::Ordinary | TableKind::Partitioned) => {}
        Some(TableKind::Foreign) => return unknown("COPY to a foreign table asks the server behind it"),
        Some(TableKind::Materialized) | None => {
            let words = Execution::kind_words(execution.schema.relation(id));
            let words = if words == "index" { "non-table relation" } else { words };
            let message = format!("cannot copy to {words} \"{}\"", execution.bare_name(id));
            return fail(sqlstate::WRONG_OBJECT_TYPE, message);
        }
    }
    if kind == Some(TableKind::Partitioned) && statement.data.is_some() {
        return unknown("where COPY puts the rows of a partitioned table is not modelled");
    }
    if options.freeze {
        check_freeze(execution, id, kind == Some(TableKind::Partitioned))?;
    }
    let data = match (&statement.data, &statement.file) {
        (Some(data), None) if options.format == Format::Text => Some(data),
        // A script that ends here sends no rows at all.
        (None, None) => return Ok(()),
        _ => None,
    };
    let rows = data.map(|data| options.rows(data)).filter(|rows| rows.len() <= MAX_ROWS);
    let always = |number: &u16| {
        execution.schema.table(id).attribute(*number).is_some_and(|column| column.identity == Some(true))
    };
    match rows {
        Some(rows) if rows.is_empty() => Ok(()),
        Some(rows) if !numbers.iter().any(always) => insert(execution, id, name, &numbers, &rows),
        _ => {
            execution.work(id, WorkKind::WriteRows, None, "rows are added to the table");
            execution.data_change(id, None, DataChangeKind::Inserted);
            let names = [execution.schema.relation(id).name.name.clone()];
            execution.schema.forget_rows(&names);
            execution.doubt("whether the copied rows suit the table is not known");
            Ok(())
        }
    }
}

/// More rows than these are not looked at one by one.
const MAX_ROWS: usize = 200;

/// The rows meet what they would meet as an `INSERT` (`CopyFrom`), after their number of columns.
fn insert(
    execution: &mut Execution,
    id: RelationId,
    table: &QualifiedName,
    numbers: &[u16],
    rows: &[Vec<Option<String>>],
) -> Outcome {
    let columns: Vec<Ident> = numbers.iter().map(|number| execution.schema.table(id).column_name(*number)).collect();
    for row in rows {
        if row.len() > columns.len() {
            return fail(sqlstate::BAD_COPY_FILE_FORMAT, "extra data after last expected column");
        }
        if let Some(missing) = columns.get(row.len()) {
            let message = format!("missing data for column \"{}\"", missing.as_str());
            return fail(sqlstate::BAD_COPY_FILE_FORMAT, message);
        }
    }
    let literal = |value: &Option<String>| match value {
        Some(text) => Expr::Literal(Literal::String(text.clone())),
        None => Expr::Literal(Literal::Null),
    };
    let values = rows.iter().map(|row| row.iter().map(literal).collect()).collect();
    let statement = Insert {
        table: table.clone(),
        alias: None,
        columns,
        overriding: None,
        source: InsertSource::Values(values),
        on_conflict_update: None,
        conflict: None,
        returning: false,
        reads: vec![],
        opaque: false,
    };
    statement.run(execution)
}

/// `CopyFrom`: rows are frozen only where nobody else can see the table's file yet.
fn check_freeze(execution: &Execution, id: RelationId, partitioned: bool) -> Outcome {
    if partitioned {
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, "cannot perform COPY FREEZE on a partitioned table");
    }
    if execution.is_private(id) {
        return Ok(());
    }
    if execution.in_block {
        return unknown("whether this transaction emptied the table before COPY FREEZE is not modelled");
    }
    let message =
        "cannot perform COPY FREEZE because the table was not created or truncated in the current subtransaction";
    fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, message)
}
