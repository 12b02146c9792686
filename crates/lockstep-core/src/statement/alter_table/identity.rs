//! `ADD GENERATED`, `SET GENERATED`, `RESTART`, `DROP IDENTITY`: `ATExecAddIdentity` and its relatives.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::relation::Column;
use crate::schema::sequence::SequenceOwner;
use crate::statement::column::attribute;
use crate::statement::create_sequence;
use crate::statement::deletion::delete;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::sequence::{create_for_column, type_for_identity};
use crate::syntax::statement::SequenceOptions;

fn column(execution: &Execution, table: RelationId, name: &Ident) -> Outcome<(u16, Column)> {
    let number = attribute(execution, table, name)?;
    match execution.schema.table(table).attribute(number) {
        Some(column) => Ok((number, column.clone())),
        None => unknown("no such attribute"),
    }
}

fn refuse<T>(execution: &Execution, table: RelationId, name: &Ident, what: &str) -> Outcome<T> {
    let relation = execution.bare_name(table);
    fail(
        sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE,
        format!("column \"{}\" of relation \"{relation}\" {what}", name.as_str()),
    )
}

pub(super) fn add(
    execution: &mut Execution,
    table: RelationId,
    name: &Ident,
    always: bool,
    options: &SequenceOptions,
) -> Outcome {
    let (number, it) = column(execution, table, name)?;
    let data_type = type_for_identity(execution, &it.type_)?;
    if !it.not_null {
        return refuse(execution, table, name, "must be declared NOT NULL before identity can be added");
    }
    if it.identity.is_some() {
        return refuse(execution, table, name, "is already an identity column");
    }
    if it.default.is_some() || it.generated.is_some() {
        return refuse(execution, table, name, "already has a default value");
    }
    let relation = execution.schema.relation(table);
    let (full, persistence) = (relation.name.clone(), relation.persistence);
    let sequence = create_for_column(execution, &full, name, data_type, options, persistence)?;
    execution.lock(table, LockMode::AccessShare, "the sequence comes to depend on a column");
    if let Some(made) = execution.schema.sequence_mut(sequence) {
        made.owner = Some(SequenceOwner { table, column: number, identity: true });
    }
    let table = execution.schema.table_mut(table);
    table.sequences.push(sequence);
    if let Some(column) = table.attribute_mut(number) {
        column.identity = Some(always);
    }
    Ok(())
}

/// The sequence behind an identity column.
fn sequence_of(execution: &Execution, table: RelationId, number: u16) -> Option<RelationId> {
    execution.schema.table(table).sequences.iter().copied().find(|id| {
        let owner = execution.schema.get(*id).and_then(|it| it.sequence()?.owner);
        owner.is_some_and(|owner| owner.identity && owner.column == number)
    })
}

pub(super) fn alter(
    execution: &mut Execution,
    table: RelationId,
    name: &Ident,
    always: Option<bool>,
    options: &SequenceOptions,
) -> Outcome {
    let (number, it) = column(execution, table, name)?;
    if it.identity.is_none() {
        return refuse(execution, table, name, "is not an identity column");
    }
    // `transformAlterTableStmt` alters the sequence even where nothing but the kind of identity changes.
    if let Some(sequence) = sequence_of(execution, table, number) {
        let reason = "whoever asks the sequence for a value waits until it has its new form";
        execution.lock(sequence, LockMode::ShareRowExclusive, reason);
        create_sequence::alter(execution, sequence, options)?;
    }
    if let (Some(always), Some(column)) = (always, execution.schema.table_mut(table).attribute_mut(number)) {
        column.identity = Some(always);
    }
    Ok(())
}

pub(super) fn drop(execution: &mut Execution, table: RelationId, name: &Ident, if_exists: bool) -> Outcome {
    let (number, it) = column(execution, table, name)?;
    if it.identity.is_none() {
        if if_exists {
            let relation = execution.bare_name(table);
            let name = name.as_str();
            execution
                .notice(format!("column \"{name}\" of relation \"{relation}\" is not an identity column, skipping"));
            return Ok(());
        }
        return refuse(execution, table, name, "is not an identity column");
    }
    let sequence = sequence_of(execution, table, number);
    if let Some(column) = execution.schema.table_mut(table).attribute_mut(number) {
        column.identity = None;
    }
    let Some(sequence) = sequence else { return Ok(()) };
    // No longer the column's own, it goes like any other.
    if let Some(it) = execution.schema.sequence_mut(sequence) {
        it.owner = None;
    }
    execution.schema.table_mut(table).sequences.retain(|it| *it != sequence);
    delete(execution, &[Object::Relation(sequence)], false)
}
