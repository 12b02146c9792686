//! Storage parameters of tables, indexes and columns: `ATExecSetRelOptions` and `ATExecSetOptions`.

use crate::effect::{PgError, RelationId};
use crate::name::Ident;
use crate::pg::sqlstate;
use crate::pg::storage_parameter::{self, Holder};
use crate::schema::relation::TableKind;
use crate::statement::column::attribute;
use crate::statement::create_view::check_option;
use crate::statement::execution::{Execution, Outcome, fail, unknown};

type Options = [(Ident, Option<String>)];

/// `SET (…)` and `RESET (…)`.
pub(super) fn set(execution: &mut Execution, id: RelationId, changes: &Options, reset: bool) -> Outcome {
    let relation = execution.schema.relation(id);
    if relation.view().is_some() {
        let options = changed(&relation.options, changes, None, reset)?;
        for (name, value) in changes.iter().filter(|_| !reset) {
            check_option(execution, name, value.as_deref())?;
        }
        execution.schema.relation_mut(id).options = options;
        return Ok(());
    }
    let holder = match (relation.table(), relation.index()) {
        (Some(table), _) if table.kind == TableKind::Partitioned => return partitioned(execution),
        (Some(table), _) if table.kind == TableKind::Foreign => return unknown("a foreign table has no storage"),
        (Some(_), _) => Holder::Heap,
        (_, Some(index)) => match Holder::of_access_method(index.method.as_str()) {
            Some(holder) => holder,
            None => return unknown(format!("the parameters of access method {} are not known", index.method)),
        },
        _ => return unknown("storage parameters of this kind of relation are not modelled"),
    };
    let options = changed(&relation.options, changes, None, reset)?;
    storage_parameter::check(&options, holder, execution.version)?;
    let toast = match relation.table() {
        Some(table) => {
            let toast = changed(&table.toast_options, changes, Some("toast"), reset)?;
            storage_parameter::check(&toast, Holder::Toast, execution.version)?;
            // Without a TOAST table there is none to keep them.
            Some(toast).filter(|_| table.toast)
        }
        None => None,
    };
    execution.schema.relation_mut(id).options = options;
    if let Some(toast) = toast {
        execution.schema.table_mut(id).toast_options = toast;
    }
    Ok(())
}

/// `WITH (…)` of a new table: its own options, and those of its TOAST table (`DefineRelation`).
pub(in crate::statement) fn of_new_table(
    execution: &Execution,
    given: &Options,
    kind: &TableKind,
) -> Outcome<(Vec<String>, Vec<String>)> {
    let mut given = given.to_vec();
    if let Some(at) = given.iter().position(|(name, _)| name == "oids") {
        let (_, value) = given.remove(at);
        if !matches!(value.as_deref(), Some("false" | "off" | "no" | "0")) {
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, "tables declared WITH OIDS are not supported");
        }
    }
    let options = changed(&[], &given, None, false)?;
    match kind {
        TableKind::Partitioned if !options.is_empty() => return partitioned(execution).map(|()| (vec![], vec![])),
        TableKind::Foreign => return Ok((options, vec![])),
        _ => storage_parameter::check(&options, Holder::Heap, execution.version)?,
    }
    let toast = changed(&[], &given, Some("toast"), false)?;
    storage_parameter::check(&toast, Holder::Toast, execution.version)?;
    Ok((options, toast))
}

/// `partitioned_table_reloptions`: there are none.
fn partitioned(execution: &Execution) -> Outcome {
    match crate::pg::behavior::names_partitioned_table_for_parameters(execution.version) {
        true => fail(sqlstate::WRONG_OBJECT_TYPE, "cannot specify storage parameters for a partitioned table"),
        false => fail(sqlstate::INVALID_PARAMETER_VALUE, "unrecognized parameter"),
    }
}

/// `ALTER COLUMN … SET (…)` and `RESET (…)`.
pub(super) fn set_on_column(
    execution: &mut Execution,
    table: RelationId,
    column: &Ident,
    changes: &Options,
    reset: bool,
) -> Outcome {
    let number = attribute(execution, table, column)?;
    let Some(before) = execution.schema.table(table).attribute(number) else { return unknown("no such column") };
    let options = changed(&before.options, changes, None, reset)?;
    storage_parameter::check(&options, Holder::Attribute, execution.version)?;
    if let Some(column) = execution.schema.table_mut(table).attribute_mut(number) {
        column.options = options;
    }
    Ok(())
}

/// `transformRelOptions`: what is not spoken of stays where it is, what is set goes to the end.
fn changed(before: &[String], changes: &Options, namespace: Option<&str>, reset: bool) -> Result<Vec<String>, PgError> {
    let mut mine: Vec<(&str, Option<&str>)> = vec![];
    for (name, value) in changes {
        let (space, name) = match name.as_str().split_once('.') {
            Some((space, name)) => (Some(space), name),
            None => (None, name.as_str()),
        };
        if let Some(space) = space.filter(|it| *it != "toast") {
            let message = format!("unrecognized parameter namespace \"{space}\"");
            return Err(PgError::new(sqlstate::INVALID_PARAMETER_VALUE, message));
        }
        if reset && value.is_some() {
            return Err(PgError::new(sqlstate::SYNTAX_ERROR, "RESET must not include values for parameters"));
        }
        if space == namespace {
            mine.push((name, value.as_deref()));
        }
    }
    let is_mine = |option: &String| mine.iter().any(|(name, _)| option.split('=').next() == Some(*name));
    let mut after: Vec<String> = before.iter().filter(|it| !is_mine(it)).cloned().collect();
    if !reset {
        after.extend(mine.iter().map(|(name, value)| format!("{name}={}", value.unwrap_or("true"))));
    }
    Ok(after)
}
