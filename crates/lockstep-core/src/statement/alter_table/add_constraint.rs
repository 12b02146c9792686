//! `ADD CONSTRAINT`: `ATExecAddConstraint` and `ATExecAddIndexConstraint`.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::index::KeyColumn;
use crate::statement::alter_table::scan::Check;
use crate::statement::alter_table::{Altered, not_null};
use crate::statement::check_constraint::{self, NewCheck, apply_attributes, find_not_null};
use crate::statement::column::attribute;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::foreign_key::{self, NewForeignKey};
use crate::statement::index_constraint::{self, second_primary_key};
use crate::statement::row_checks;
use crate::syntax::statement::{TableConstraint, TableConstraintKind};

/// `skip_validation`: of a foreign key whose columns are null in every row.
pub(super) fn add(
    execution: &mut Execution,
    table: RelationId,
    altered: &mut Altered,
    constraint: &TableConstraint,
    skip_validation: bool,
) -> Outcome {
    match &constraint.kind {
        TableConstraintKind::Check { expression, no_inherit } => {
            let check = NewCheck {
                name: constraint.name.as_ref(),
                expression,
                no_inherit: *no_inherit,
                attributes: constraint.attributes,
            };
            let before = execution.schema.table(table).constraints.len();
            let expression = check_constraint::add_check(execution, table, &check, false)?;
            // `MergeWithExistingConstraint`: what is there already is not looked at again.
            let made = execution.schema.table(table).constraints.get(before);
            if let Some(made) = made.filter(|it| it.validated && it.enforced) {
                let question = row_checks::violations(execution, table, &expression);
                altered.scan.checks.push(Check { name: made.name.clone(), expression, question });
                altered.verify = altered.verify.or(Some("every row must satisfy the constraint"));
            }
            Ok(())
        }
        TableConstraintKind::NotNull { column, no_inherit } => {
            add_not_null(execution, table, altered, constraint, column, *no_inherit)
        }
        TableConstraintKind::PrimaryKey { columns, .. } => {
            for column in columns {
                let Some((number, _)) = execution.schema.table(table).column(column.as_str()) else { continue };
                refuse_not_valid(execution, table, number)?;
            }
            if execution.schema.table(table).primary_key().is_some() {
                return second_primary_key(&execution.bare_name(table));
            }
            for column in columns {
                let Some((number, _)) = execution.schema.table(table).column(column.as_str()) else { continue };
                key_not_null(execution, table, altered, number)?;
            }
            index_constraint::add(execution, table, constraint, altered.rewrite.is_some(), altered.only)
        }
        TableConstraintKind::Unique { .. } | TableConstraintKind::Exclude { .. } => {
            index_constraint::add(execution, table, constraint, altered.rewrite.is_some(), altered.only)
        }
        TableConstraintKind::UniqueUsingIndex { index } => {
            using_index(execution, table, altered, constraint, index, false)
        }
        TableConstraintKind::PrimaryKeyUsingIndex { index } => {
            using_index(execution, table, altered, constraint, index, true)
        }
        TableConstraintKind::ForeignKey { columns, period, references } => {
            let new = NewForeignKey {
                name: constraint.name.as_ref(),
                columns,
                period: *period,
                references,
                attributes: constraint.attributes,
                skip_validation,
            };
            altered.foreign_keys_of.extend(foreign_key::add(execution, table, &new, LockMode::ShareRowExclusive)?);
            Ok(())
        }
    }
}

/// A column of a primary key becomes `NOT NULL` like any other.
fn key_not_null(execution: &mut Execution, table: RelationId, altered: &mut Altered, number: u16) -> Outcome {
    let marked = execution.schema.table(table).attribute(number).is_none_or(|column| column.not_null);
    match marked {
        true => Ok(()),
        false => not_null::require(execution, table, altered, number, None, false),
    }
}

/// `ATPrepAddPrimaryKey`, which runs before anything else of the statement.
fn refuse_not_valid(execution: &Execution, table: RelationId, number: u16) -> Outcome {
    let name = execution.schema.table(table).column_name(number);
    match find_not_null(execution, table, number) {
        Some(constraint) if !constraint.validated => fail(
            sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!("cannot create primary key on column \"{}\"", name.as_str()),
        ),
        _ => Ok(()),
    }
}

fn add_not_null(
    execution: &mut Execution,
    table: RelationId,
    altered: &mut Altered,
    constraint: &TableConstraint,
    column: &Ident,
    no_inherit: bool,
) -> Outcome {
    if !behavior::not_null_is_a_constraint(execution.version) {
        return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"NOT\"");
    }
    let number = attribute(execution, table, column)?;
    if let Some(existing) = find_not_null(execution, table, number).cloned() {
        return adjust_not_null(execution, table, constraint, column, no_inherit, &existing);
    }
    // Only to refuse what such a constraint cannot be.
    let mut probe = Constraint::new(column.clone(), ConstraintKind::NotNull { column: number, no_inherit });
    apply_attributes(execution, &mut probe, constraint.attributes, "NOT NULL")?;
    match probe.validated {
        true => not_null::require(execution, table, altered, number, constraint.name.as_ref(), no_inherit),
        false => {
            let name = constraint.name.as_ref();
            check_constraint::add_not_null(execution, table, number, name, no_inherit, false)
        }
    }
}

/// `AdjustNotNullInheritance`: a column has one such constraint; the same again says nothing.
fn adjust_not_null(
    execution: &Execution,
    table: RelationId,
    constraint: &TableConstraint,
    column: &Ident,
    no_inherit: bool,
    existing: &Constraint,
) -> Outcome {
    let (relation, name) = (execution.bare_name(table), existing.name.as_str());
    let refuse = |message: String| fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, message);
    if no_inherit != existing.is_no_inherit() {
        let message =
            format!("cannot change NO INHERIT status of NOT NULL constraint \"{name}\" on relation \"{relation}\"");
        return refuse(message);
    }
    if !constraint.attributes.not_valid && !existing.validated {
        return refuse(format!("incompatible NOT VALID constraint \"{name}\" on relation \"{relation}\""));
    }
    match &constraint.name {
        Some(given) if *given != existing.name => refuse(format!(
            "cannot create not-null constraint \"{}\" on column \"{}\" of table \"{relation}\"",
            given.as_str(),
            column.as_str()
        )),
        _ => Ok(()),
    }
}

/// `transformIndexConstraint` with an index that is there, and `ATExecAddIndexConstraint`.
fn using_index(
    execution: &mut Execution,
    table: RelationId,
    altered: &mut Altered,
    constraint: &TableConstraint,
    index_name: &Ident,
    primary: bool,
) -> Outcome {
    let full = crate::effect::ObjectName {
        schema: execution.schema.relation(table).name.schema.clone(),
        name: index_name.clone(),
    };
    let found = execution.schema.find(&full);
    if let Some(why) = execution.schema.uncertain.about(index_name, found.map(|id| id.0)) {
        return unknown(why);
    }
    let quoted = index_name.as_str();
    let Some(id) = found.filter(|id| execution.schema.relation(*id).index().is_some()) else {
        return fail(sqlstate::UNDEFINED_OBJECT, format!("index \"{quoted}\" does not exist"));
    };
    let index = execution.schema.index(id).clone();
    if execution.schema.table(table).constraints.iter().any(|it| it.index() == Some(id)) {
        return fail(
            sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!("index \"{quoted}\" is already associated with a constraint"),
        );
    }
    let wrong = |message: String| fail(sqlstate::WRONG_OBJECT_TYPE, message);
    if index.table != table {
        let table = execution.bare_name(table);
        let message = format!("index \"{quoted}\" does not belong to table \"{table}\"");
        return fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, message);
    }
    if !index.valid {
        return fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, format!("index \"{quoted}\" is not valid"));
    }
    if !index.unique {
        return wrong(format!("\"{quoted}\" is not a unique index"));
    }
    if index.has_expressions() {
        return wrong(format!("index \"{quoted}\" contains expressions"));
    }
    if index.predicate.is_some() {
        return wrong(format!("\"{quoted}\" is a partial index"));
    }
    if index.nulls_not_distinct && primary {
        return unknown("a primary key over an index with NULLS NOT DISTINCT is not modelled");
    }
    let odd = index
        .keys
        .iter()
        .position(|key| key.descending || key.nulls_first || key.operator_class.is_some() || key.collation.is_some());
    if let Some(place) = odd {
        let place = place + 1;
        return wrong(format!("index \"{quoted}\" column number {place} does not have default sorting behavior"));
    }
    if primary && execution.schema.table(table).primary_key().is_some() {
        return second_primary_key(&execution.bare_name(table));
    }
    if execution.schema.table(table).is_partitioned() {
        let message = "ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables";
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    }
    if primary {
        for key in &index.keys {
            if let KeyColumn::Attribute(number) = key.column {
                key_not_null(execution, table, altered, number)?;
            }
        }
    }
    let name = constraint.name.clone().unwrap_or_else(|| index_name.clone());
    if execution.schema.constraint_is_used(table, &name) {
        let table = execution.bare_name(table);
        let message = format!("constraint \"{}\" for relation \"{table}\" already exists", name.as_str());
        return fail(sqlstate::DUPLICATE_OBJECT, message);
    }
    let mut mode = LockMode::AccessShare;
    if name != *index_name {
        mode = LockMode::ShareUpdateExclusive;
        execution.notice(format!(
            "ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index \"{quoted}\" to \"{}\"",
            name.as_str()
        ));
        let renamed = crate::effect::ObjectName { schema: full.schema, name: name.clone() };
        if execution.schema.find(&renamed).is_some() {
            return fail(sqlstate::DUPLICATE_TABLE, format!("relation \"{}\" already exists", name.as_str()));
        }
        execution.lock(id, mode, "the index is renamed to its constraint's name");
        execution.schema.rename_relation(id, renamed);
    } else {
        execution.lock(id, mode, "the index becomes the constraint's own");
    }
    let kind = match primary {
        true => ConstraintKind::PrimaryKey { index: id },
        false => ConstraintKind::Unique { index: id },
    };
    let mut made = Constraint::new(name, kind);
    let words = if primary { "PRIMARY KEY" } else { "UNIQUE" };
    apply_attributes(execution, &mut made, constraint.attributes, words)?;
    let index = execution.schema.index_mut(id);
    index.primary = primary;
    index.immediate = !made.deferrable;
    execution.schema.add_constraint(table, made);
    Ok(())
}
