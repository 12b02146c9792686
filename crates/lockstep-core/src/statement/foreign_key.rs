//! Foreign keys: `ATAddForeignKeyConstraint` of `tablecmds.c`.

use crate::effect::{PgError, RelationId, WorkKind};
use crate::expression::can_compare_for_foreign_key;
use crate::name::Ident;
use crate::pg::hierarchy;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::{Constraint, ConstraintKind, ForeignKey, ReferentialAction};
use crate::schema::relation::{Persistence, Rows};
use crate::statement::check_constraint::apply_attributes;
use crate::statement::column::{self, base_type};
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::known_rows;
use crate::statement::naming::foreign_key_name_addition;
use crate::statement::partition::keys;
use crate::statement::temporal;
use crate::syntax::statement::{ConstraintAttributes, References};

/// A foreign key as written.
pub(super) struct NewForeignKey<'a> {
    pub(super) name: Option<&'a Ident>,
    pub(super) columns: &'a [Ident],
    pub(super) period: bool,
    pub(super) references: &'a References,
    pub(super) attributes: ConstraintAttributes,
    /// Rows cannot violate it: a new table, or a new column that is null everywhere.
    pub(super) skip_validation: bool,
}

/// Adds the key. Its validation, where it needs one, is left to the caller: the server runs it last.
///
/// The partitions of a partitioned table are locked in `mode`, and each validates its own part.
pub(super) fn add(
    execution: &mut Execution,
    table: RelationId,
    new: &NewForeignKey<'_>,
    mode: LockMode,
) -> Outcome<Vec<(RelationId, Ident)>> {
    if !new.references.on_update_columns.is_empty() {
        let action = new.references.on_update;
        let message = format!("a column list with {action} is only supported for ON DELETE actions");
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    }
    let reason = "a foreign key installs triggers on both tables, so writers of both must wait";
    let referenced = execution.open(&new.references.table, LockMode::ShareRowExclusive, reason)?;
    if execution.schema.relation(referenced).table().is_none() {
        let name = execution.bare_name(referenced);
        return fail(sqlstate::WRONG_OBJECT_TYPE, format!("referenced relation \"{name}\" is not a table"));
    }
    let partitioned = execution.schema.table(table).is_partitioned();
    if partitioned
        && new.attributes.not_valid
        && !hierarchy::partitioned_foreign_key_may_be_not_valid(execution.version)
    {
        let (ours, theirs) = (execution.bare_name(table), execution.bare_name(referenced));
        return fail(
            sqlstate::WRONG_OBJECT_TYPE,
            format!(
                "cannot add NOT VALID foreign key on partitioned table \"{ours}\" referencing relation \"{theirs}\""
            ),
        );
    }
    if referenced == table && partitioned && !execution.schema.children(table).is_empty() {
        return unknown("a partitioned table that refers to itself is not modelled");
    }
    check_persistence(execution, table, referenced)?;
    temporal::check_period(execution, new.period, new.references)?;
    let columns = key_columns(execution, table, new.columns)?;
    let (referenced_columns, index) = match new.references.columns.is_empty() {
        true => primary_key_columns(execution, referenced)?,
        false => {
            let theirs = key_columns(execution, referenced, &new.references.columns)?;
            let index = matching_index(execution, referenced, &theirs)?;
            (theirs, index)
        }
    };
    temporal::check_referenced(execution, index, new.period, new.references)?;
    if columns.len() != referenced_columns.len() {
        return fail(
            sqlstate::INVALID_FOREIGN_KEY,
            "number of referencing and referenced columns for foreign key disagree",
        );
    }
    check_generated(execution, table, &columns, new.references)?;
    if new.period {
        temporal::check_actions(new.references)?;
    }
    let name = choose_name(execution, table, new)?;
    check_types(execution, table, &columns, referenced, &referenced_columns, &name)?;
    let on_delete_columns = key_columns(execution, table, &new.references.on_delete_columns)?;
    if let Some(odd) = on_delete_columns.iter().find(|column| !columns.contains(column)) {
        let column = execution.schema.table(table).column_name(*odd);
        return fail(
            sqlstate::INVALID_COLUMN_REFERENCE,
            format!("column \"{}\" referenced in ON DELETE SET action must be part of foreign key", column.as_str()),
        );
    }
    let match_full = match new.references.match_type.as_deref() {
        Some("partial") => {
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, "MATCH PARTIAL not yet implemented");
        }
        word => word == Some("full"),
    };
    let foreign_key = ForeignKey {
        columns,
        references: referenced,
        referenced_columns,
        index,
        period: new.period,
        match_full,
        on_delete: new.references.on_delete,
        on_delete_columns,
        on_update: new.references.on_update,
    };
    let mut constraint = Constraint::new(name.clone(), ConstraintKind::ForeignKey(foreign_key.into()));
    apply_attributes(execution, &mut constraint, new.attributes, "FOREIGN KEY")?;
    let validate = constraint.validated && !new.skip_validation;
    execution.schema.add_constraint(table, constraint);
    if referenced != table {
        execution.schema.table_mut(referenced).referenced_by.insert(table);
    }
    keys::refer_to_partitions(execution, table, &name)?;
    keys::on_partitions(execution, table, &name, mode, validate)
}

/// `validateForeignKeyConstraint`: a join of both tables, planned like any query, so that every
/// index of both is locked for reading.
pub(super) fn validate(execution: &mut Execution, table: RelationId, name: &Ident) -> Outcome {
    let Some(foreign_key) = execution.schema.table(table).constraint(name.as_str()).and_then(Constraint::foreign_key)
    else {
        return Ok(());
    };
    let foreign_key = foreign_key.clone();
    let referenced = foreign_key.references;
    let object =
        crate::effect::ObjectName { schema: execution.schema.relation(table).name.schema.clone(), name: name.clone() };
    execution.work(table, WorkKind::ValidateForeignKey, Some(object), "every row must have its referenced row");
    // `ATRewriteTables` opens the referenced table once more.
    execution.lock(referenced, LockMode::RowShare, "the rows that are referred to are looked up");
    if foreign_key.period {
        temporal::lock_indexes(execution, table, referenced);
    }
    let below = execution.schema.descendants(referenced).into_iter().map(|(id, _)| id);
    for id in [table, referenced].into_iter().chain(below).filter(|_| !foreign_key.period) {
        let it = execution.schema.table(id);
        if it.is_partitioned() && !hierarchy::planning_opens_partitioned_indexes(execution.version) {
            continue;
        }
        for index in it.indexes.clone() {
            execution.lock(index, LockMode::AccessShare, "the query that checks the rows may use any index");
        }
    }
    match known_rows::orphans(execution, table, &foreign_key, name.as_str()) {
        Some(Some(error)) => return Err(error.into()),
        Some(None) => return Ok(()),
        None => {}
    }
    if execution.schema.table(table).rows != Rows::Empty {
        let rows = execution.schema.relation(table).name.to_string();
        let query = execution.schema.orphans(table, &foreign_key, &rows);
        execution.precondition(query, "0", sqlstate::FOREIGN_KEY_VIOLATION);
    }
    Ok(())
}

fn check_persistence(execution: &Execution, table: RelationId, referenced: RelationId) -> Outcome {
    let (ours, theirs) =
        (execution.schema.relation(table).persistence, execution.schema.relation(referenced).persistence);
    let message = match (ours, theirs) {
        (Persistence::Permanent, theirs) if theirs != Persistence::Permanent => {
            "constraints on permanent tables may reference only permanent tables"
        }
        (Persistence::Unlogged, Persistence::Temporary) => {
            "constraints on unlogged tables may reference only permanent or unlogged tables"
        }
        (Persistence::Temporary, theirs) if theirs != Persistence::Temporary => {
            "constraints on temporary tables may reference only temporary tables"
        }
        _ => return Ok(()),
    };
    fail(sqlstate::INVALID_TABLE_DEFINITION, message)
}

/// `transformColumnNameList`.
fn key_columns(execution: &Execution, table: RelationId, names: &[Ident]) -> Outcome<Vec<u16>> {
    let mut numbers = vec![];
    for name in names {
        match execution.schema.table(table).column(name.as_str()) {
            Some((number, _)) => numbers.push(number),
            None if column::check_name(name).is_err() => {
                return fail(sqlstate::FEATURE_NOT_SUPPORTED, "system columns cannot be used in foreign keys");
            }
            None => {
                return fail(
                    sqlstate::UNDEFINED_COLUMN,
                    format!("column \"{}\" referenced in foreign key constraint does not exist", name.as_str()),
                );
            }
        }
    }
    Ok(numbers)
}

/// `transformFkeyGetPrimaryKey`.
fn primary_key_columns(execution: &Execution, table: RelationId) -> Outcome<(Vec<u16>, RelationId)> {
    let name = execution.bare_name(table);
    let Some(index) = execution.schema.table(table).primary_key().and_then(Constraint::index) else {
        return fail(sqlstate::UNDEFINED_OBJECT, format!("there is no primary key for referenced table \"{name}\""));
    };
    let key = execution.schema.index(index);
    if !key.immediate {
        return fail(
            sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!("cannot use a deferrable primary key for referenced table \"{name}\""),
        );
    }
    Ok((key.key_columns().unwrap_or_default(), index))
}

/// `transformFkeyCheckAttrs`: a unique index over exactly these columns, in any order.
fn matching_index(execution: &Execution, table: RelationId, columns: &[u16]) -> Outcome<RelationId> {
    let name = execution.bare_name(table);
    let mut sorted = columns.to_vec();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return fail(sqlstate::INVALID_FOREIGN_KEY, "foreign key referenced-columns list must not contain duplicates");
    }
    let mut deferrable = false;
    for id in &execution.schema.table(table).indexes {
        let index = execution.schema.index(*id);
        if !index.unique || !index.valid || index.predicate.is_some() || index.has_expressions() {
            continue;
        }
        let mut keys = index.key_columns().unwrap_or_default();
        keys.sort_unstable();
        if keys == sorted {
            match index.immediate {
                true => return Ok(*id),
                false => deferrable = true,
            }
        }
    }
    match deferrable {
        true => fail(
            sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!("cannot use a deferrable unique constraint for referenced table \"{name}\""),
        ),
        false => fail(
            sqlstate::INVALID_FOREIGN_KEY,
            format!("there is no unique constraint matching given keys for referenced table \"{name}\""),
        ),
    }
}

fn check_generated(execution: &Execution, table: RelationId, columns: &[u16], references: &References) -> Outcome {
    let generated =
        columns.iter().filter_map(|number| execution.schema.table(table).attribute(*number)?.generated.as_ref());
    for generated in generated {
        if !generated.stored {
            return fail(
                sqlstate::FEATURE_NOT_SUPPORTED,
                "foreign key constraints on virtual generated columns are not supported",
            );
        }
        use ReferentialAction::{Cascade, SetDefault, SetNull};
        if matches!(references.on_update, SetNull | SetDefault | Cascade) {
            return fail(
                sqlstate::SYNTAX_ERROR,
                "invalid ON UPDATE action for foreign key constraint containing generated column",
            );
        }
        if matches!(references.on_delete, SetNull | SetDefault) {
            return fail(
                sqlstate::SYNTAX_ERROR,
                "invalid ON DELETE action for foreign key constraint containing generated column",
            );
        }
    }
    Ok(())
}

fn choose_name(execution: &Execution, table: RelationId, new: &NewForeignKey<'_>) -> Outcome<Ident> {
    let relation = execution.schema.relation(table).name.clone();
    match new.name {
        Some(name) if execution.schema.constraint_is_used(table, name) => fail(
            sqlstate::DUPLICATE_OBJECT,
            format!("constraint \"{}\" for relation \"{}\" already exists", name.as_str(), relation.name.as_str()),
        ),
        Some(name) => Ok(name.clone()),
        None => Ok(execution.schema.choose_constraint_name(
            relation.name.as_str(),
            Some(&foreign_key_name_addition(new.columns)),
            "fkey",
            &relation.schema,
            &[],
        )),
    }
}

/// `ATAddForeignKeyConstraint`: every pair of columns needs an equality operator.
pub(super) fn check_types(
    execution: &Execution,
    table: RelationId,
    columns: &[u16],
    referenced: RelationId,
    referenced_columns: &[u16],
    name: &Ident,
) -> Outcome {
    for (ours, theirs) in columns.iter().zip(referenced_columns) {
        let our_column = execution.schema.table(table).attribute(*ours);
        let their_column = execution.schema.table(referenced).attribute(*theirs);
        let (Some(our_column), Some(their_column)) = (our_column, their_column) else { continue };
        let our_type = base_type(execution, &our_column.type_);
        let their_type = base_type(execution, &their_column.type_);
        match can_compare_for_foreign_key(&our_type, &their_type) {
            Some(true) => {}
            Some(false) => {
                let detail = format!(
                    "Key columns \"{}\" of the referencing table and \"{}\" of the referenced table are of incompatible types: {} and {}.",
                    our_column.name.as_str(),
                    their_column.name.as_str(),
                    execution.schema.format_type(&crate::pg::types::Type { modifier: -1, ..our_column.type_ }),
                    execution.schema.format_type(&crate::pg::types::Type { modifier: -1, ..their_column.type_ }),
                );
                let error = PgError::new(
                    sqlstate::DATATYPE_MISMATCH,
                    format!("foreign key constraint \"{}\" cannot be implemented", name.as_str()),
                );
                return Err(Stop::Error(error.detail(detail)));
            }
            None => return unknown("whether the key columns can be compared is not known"),
        }
    }
    Ok(())
}
