//! `RENAME` and `SET SCHEMA`: `renameatt`, `RenameConstraint`, `RenameRelation`, `AlterTableNamespace`.

use crate::effect::{ObjectName, PgError, RelationId};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::ConstraintKind;
use crate::schema::relation::Body;
use crate::statement::check_constraint::missing_constraint;
use crate::statement::column::check_name;
use crate::statement::execution::{Execution, Outcome, fail, plain, unknown};
use crate::syntax::statement::{AlterTable, AlterTableAction, ObjectType};

const REASON: &str = "nobody may use a name while it changes";

pub(super) fn run(statement: &AlterTable, execution: &mut Execution) -> Outcome {
    // `ALTER INDEX … RENAME` of an index needs less than `ALTER TABLE … RENAME` of the same one.
    let renames = matches!(statement.action, AlterTableAction::RenameTo(_));
    let found = execution.look_up(&statement.name)?;
    let is_index = found.is_some_and(|id| execution.schema.relation(id).index().is_some());
    let mode = match (statement.object, renames && is_index) {
        (ObjectType::Index, true) => LockMode::ShareUpdateExclusive,
        _ => LockMode::AccessExclusive,
    };
    let Some(id) = statement.open(execution, mode, REASON)? else { return Ok(()) };
    let relation = execution.schema.relation(id);
    let fits = match statement.object {
        ObjectType::Table => true,
        ObjectType::Index => matches!(relation.body, Body::Index(_) | Body::Table(_)),
        ObjectType::Sequence => matches!(relation.body, Body::Sequence(_)),
        ObjectType::View => relation.view().is_some(),
        ObjectType::MaterializedView => relation.materialized().is_some(),
        _ => false,
    };
    if !fits {
        let (name, wanted) = (relation.name.name.as_str(), wanted(statement.object));
        return fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{name}\" is not {wanted}"));
    }
    match &statement.action {
        AlterTableAction::RenameTo(name) => rename_relation(execution, id, name),
        AlterTableAction::RenameColumn { from, to } => rename_column(execution, id, from, to, !statement.only, 0),
        AlterTableAction::RenameConstraint { from, to } => {
            rename_constraint(execution, id, from, to, &plain(&statement.name), (!statement.only, 0))
        }
        AlterTableAction::SetSchema(schema) => set_schema(execution, id, schema),
        AlterTableAction::Subcommands(_) => unknown("not a rename"),
    }
}

fn wanted(object: ObjectType) -> &'static str {
    match object {
        ObjectType::Index => "an index",
        ObjectType::Sequence => "a sequence",
        ObjectType::View => "a view",
        ObjectType::MaterializedView => "a materialized view",
        ObjectType::ForeignTable => "a foreign table",
        _ => "a table",
    }
}

fn rename_relation(execution: &mut Execution, id: RelationId, name: &Ident) -> Outcome {
    let old = execution.schema.relation(id).name.clone();
    let new = ObjectName { schema: old.schema.clone(), name: name.clone() };
    let existing = execution.schema.find(&new);
    if let Some(why) = execution.schema.uncertain.about(name, existing.map(|id| id.0)) {
        return unknown(why);
    }
    if existing.is_some() {
        return fail(sqlstate::DUPLICATE_TABLE, format!("relation \"{}\" already exists", name.as_str()));
    }
    if matches!(execution.schema.relation(id).body, Body::Table(_) | Body::View(_))
        && execution.schema.find_type(&new).is_some()
    {
        return fail(sqlstate::DUPLICATE_OBJECT, format!("type \"{}\" already exists", name.as_str()));
    }
    execution.schema.rename_relation(id, new);
    // An index of a constraint takes the constraint along (`RenameRelationInternal`).
    if let Some(table) = execution.schema.relation(id).index().map(|index| index.table)
        && execution.schema.table(table).constraints.iter().any(|it| it.index() == Some(id))
    {
        execution.schema.rename_constraint(table, |it| it.index() == Some(id), name);
    }
    Ok(())
}

/// `renameatt_internal`; `parents`: how many of the table's parents are renamed with it.
fn rename_column(
    execution: &mut Execution,
    id: RelationId,
    from: &Ident,
    to: &Ident,
    recurse: bool,
    parents: u16,
) -> Outcome {
    if recurse {
        for (below, parents) in execution.schema.descendants(id) {
            execution.lock(below, LockMode::AccessExclusive, REASON);
            rename_column(execution, below, from, to, false, parents)?;
        }
    } else if parents == 0 && !execution.schema.children(id).is_empty() {
        let message = format!("inherited column \"{}\" must be renamed in child tables too", from.as_str());
        return fail(sqlstate::INVALID_TABLE_DEFINITION, message);
    }
    let relation = execution.schema.relation(id);
    if !matches!(relation.body, Body::Table(_) | Body::View(_)) {
        return unknown("renaming a column of this kind of relation is not modelled");
    }
    if relation.table().is_some_and(|it| it.of_type.is_some()) {
        return fail(sqlstate::WRONG_OBJECT_TYPE, "cannot rename column of typed table");
    }
    let columns = relation.columns();
    let Some((number, column)) = columns.find(from.as_str()) else {
        if check_name(from).is_err() {
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, format!("cannot rename system column \"{}\"", from.as_str()));
        }
        return fail(sqlstate::UNDEFINED_COLUMN, format!("column \"{}\" does not exist", from.as_str()));
    };
    if column.inherited > parents {
        let message = format!("cannot rename inherited column \"{}\"", from.as_str());
        return fail(sqlstate::INVALID_TABLE_DEFINITION, message);
    }
    check_name(to)?;
    if columns.find(to.as_str()).is_some() {
        let relation = relation.name.name.as_str();
        let message = format!("column \"{}\" of relation \"{relation}\" already exists", to.as_str());
        return fail(sqlstate::DUPLICATE_COLUMN, message);
    }
    let columns = execution.schema.relation_mut(id).columns_mut();
    if let Some(column) = columns.and_then(|it| it.attribute_mut(number)) {
        column.name = to.clone();
    }
    Ok(())
}

/// `rename_constraint_internal`; `reach`: whether the tables below follow, and how many of the table's
/// parents are renamed with it.
fn rename_constraint(
    execution: &mut Execution,
    id: RelationId,
    from: &Ident,
    to: &Ident,
    table: &str,
    reach: (bool, u16),
) -> Outcome {
    if execution.schema.relation(id).table().is_none() {
        return unknown("renaming a constraint of this kind of relation is not modelled");
    }
    let Some(constraint) = execution.schema.table(id).constraint(from.as_str()).cloned() else {
        return missing_constraint(from, table);
    };
    let (recurse, parents) = reach;
    let passes_on = match constraint.kind {
        ConstraintKind::Check { no_inherit, .. } | ConstraintKind::NotNull { no_inherit, .. } => !no_inherit,
        _ => false,
    };
    if passes_on {
        if recurse {
            for (below, parents) in execution.schema.descendants(id) {
                execution.lock(below, LockMode::AccessExclusive, REASON);
                let name = execution.bare_name(below);
                rename_constraint(execution, below, from, to, &name, (false, parents))?;
            }
        } else if parents == 0 && !execution.schema.children(id).is_empty() {
            let message = format!("inherited constraint \"{}\" must be renamed in child tables too", from.as_str());
            return fail(sqlstate::INVALID_TABLE_DEFINITION, message);
        }
        if constraint.inherited > parents {
            let message = format!("cannot rename inherited constraint \"{}\"", from.as_str());
            return fail(sqlstate::INVALID_TABLE_DEFINITION, message);
        }
    }
    if let Some(index) = constraint.index() {
        execution.lock(index, LockMode::ShareUpdateExclusive, "the constraint's index is renamed with it");
        return rename_relation(execution, index, to);
    }
    if execution.schema.constraint_is_used(id, to) {
        let relation = execution.bare_name(id);
        let message = format!("constraint \"{}\" for relation \"{relation}\" already exists", to.as_str());
        return fail(sqlstate::DUPLICATE_OBJECT, message);
    }
    execution.schema.rename_constraint(id, |it| it.name == *from, to);
    Ok(())
}

fn set_schema(execution: &mut Execution, id: RelationId, schema: &Ident) -> Outcome {
    let relation = execution.schema.relation(id);
    let old = relation.name.clone();
    let name = old.name.as_str();
    match &relation.body {
        Body::Index(_) => {
            let error = PgError::new(sqlstate::WRONG_OBJECT_TYPE, format!("cannot change schema of index \"{name}\""));
            return Err(error.hint("Change the schema of the table instead.").into());
        }
        Body::Sequence(it) if it.owner.is_some() => {
            let message = "cannot move an owned sequence into another schema";
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        _ => {}
    }
    let (indexes, sequences) =
        relation.table().map(|table| (table.indexes.clone(), table.sequences.clone())).unwrap_or_default();
    execution.namespace(schema)?;
    for sequence in &sequences {
        execution.lock(*sequence, LockMode::AccessExclusive, "a table's own sequences move with it");
    }
    if *schema == old.schema {
        return Ok(());
    }
    let moved = |name: &Ident| ObjectName { schema: schema.clone(), name: name.clone() };
    if execution.schema.find(&moved(&old.name)).is_some() {
        return fail(
            sqlstate::DUPLICATE_TABLE,
            format!("relation \"{}\" already exists in schema \"{}\"", old.name.as_str(), schema.as_str()),
        );
    }
    execution.schema.rename_relation(id, moved(&old.name));
    for index in &indexes {
        let name = execution.schema.relation(*index).name.name.clone();
        execution.schema.rename_relation(*index, moved(&name));
    }
    for sequence in &sequences {
        let name = execution.schema.relation(*sequence).name.name.clone();
        execution.schema.rename_relation(*sequence, moved(&name));
    }
    Ok(())
}
