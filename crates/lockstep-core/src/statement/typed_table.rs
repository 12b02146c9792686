//! Typed tables: `transformOfType`, `ATExecAddOf`, `ATExecDropOf`.

use crate::effect::{PgError, RelationId};
use crate::name::{Ident, QualifiedName};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::relation::Column;
use crate::schema::user_type::{TypeId, UserTypeKind};
use crate::statement::alter_type::{Found, find};
use crate::statement::column::Definition;
use crate::statement::execution::{Execution, Outcome, fail, plain};
use crate::syntax::statement::{ColumnConstraintKind, ColumnDefinition, Subcommand};

/// `check_of_type`: a composite type that stands alone, kept from changing until the end.
pub(super) fn open_type(execution: &mut Execution, name: &QualifiedName) -> Outcome<(TypeId, Vec<Column>)> {
    let it = match find(execution, name)? {
        Found::Type(it) => it,
        Found::RowType(_) => {
            let message = format!("type {} is the row type of another table", plain(name));
            let detail = "A typed table must use a stand-alone composite type created with CREATE TYPE.";
            return Err(PgError::new(sqlstate::WRONG_OBJECT_TYPE, message).detail(detail).into());
        }
        Found::None => {
            return fail(sqlstate::UNDEFINED_OBJECT, format!("type \"{}\" does not exist", plain(name)));
        }
    };
    let UserTypeKind::Composite { relation } = it.kind else {
        return fail(sqlstate::WRONG_OBJECT_TYPE, format!("type {} is not a composite type", it.name));
    };
    execution.lock(relation, LockMode::AccessShare, "the type must not change while a table comes to be of it");
    let columns = execution.schema.relation(relation).columns();
    Ok((it.id, columns.live().map(|(_, column)| column.clone()).collect()))
}

/// `transformColumnDefinition`: what a column of a typed table cannot be, or one that a partition has from its table.
pub(super) fn refuse_computed(definition: &ColumnDefinition, where_: &str, generated: bool) -> Outcome {
    for constraint in &definition.constraints {
        let what = match &constraint.kind {
            ColumnConstraintKind::Identity { .. } => "identity",
            ColumnConstraintKind::Generated { .. } if generated => "generated",
            _ => continue,
        };
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, format!("{what} columns are not supported on {where_}"));
    }
    Ok(())
}

/// `ALTER TABLE … OF`: the same columns in the same order.
pub(super) fn of(execution: &mut Execution, table: RelationId, name: &QualifiedName) -> Outcome {
    let (id, attributes) = open_type(execution, name)?;
    let relation = execution.bare_name(table);
    let columns: Vec<Column> = execution.schema.table(table).live().map(|(_, column)| column.clone()).collect();
    let mismatch = |message: String| fail(sqlstate::DATATYPE_MISMATCH, message);
    for (place, attribute) in attributes.iter().enumerate() {
        let wanted = attribute.name.as_str();
        let Some(column) = columns.get(place) else {
            return mismatch(format!("table is missing column \"{wanted}\""));
        };
        if column.name != attribute.name {
            let has = column.name.as_str();
            return mismatch(format!("table has column \"{has}\" where type requires \"{wanted}\""));
        }
        if column.type_ != attribute.type_ || column.collation != attribute.collation {
            return mismatch(format!("table \"{relation}\" has different type for column \"{wanted}\""));
        }
    }
    if let Some(extra) = columns.get(attributes.len()) {
        return mismatch(format!("table has extra column \"{}\"", extra.name.as_str()));
    }
    execution.schema.table_mut(table).of_type = Some(id);
    Ok(())
}

pub(super) fn not_of(execution: &mut Execution, table: RelationId) -> Outcome {
    if execution.schema.table(table).of_type.is_none() {
        let message = format!("\"{}\" is not a typed table", execution.bare_name(table));
        return fail(sqlstate::WRONG_OBJECT_TYPE, message);
    }
    execution.schema.table_mut(table).of_type = None;
    Ok(())
}

/// What a typed table leaves to its type (`ATPrepAddColumn` and its relatives).
pub(super) fn refuse(execution: &Execution, table: RelationId, subcommands: &[Subcommand]) -> Outcome {
    let typed = execution.schema.relation(table).table().is_some_and(|it| it.of_type.is_some());
    let refused = subcommands.iter().filter(|_| typed).find_map(|subcommand| match subcommand {
        Subcommand::AddColumn { .. } => Some("cannot add column to typed table"),
        Subcommand::DropColumn { .. } => Some("cannot drop column from typed table"),
        Subcommand::SetType { .. } => Some("cannot alter column type of typed table"),
        Subcommand::Inherit(_) | Subcommand::NoInherit(_) => Some("cannot change inheritance of typed table"),
        _ => None,
    });
    match refused {
        Some(message) => fail(sqlstate::WRONG_OBJECT_TYPE, message),
        None => Ok(()),
    }
}

/// The column of that name among those that the type gives.
pub(super) fn place_of(definitions: &[Definition], name: &Ident) -> Outcome<usize> {
    match definitions.iter().position(|it| it.column.name == *name) {
        Some(place) => Ok(place),
        None => fail(sqlstate::UNDEFINED_COLUMN, format!("column \"{}\" does not exist", name.as_str())),
    }
}
