//! `ALTER CONSTRAINT`: `ATExecAlterConstraint`.

use crate::effect::{PgError, RelationId};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::{behavior, sqlstate};
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::statement::alter_table::Altered;
use crate::statement::execution::{Execution, Outcome, fail};
use crate::syntax::statement::ConstraintAttributes;

pub(super) fn run(
    execution: &mut Execution,
    table: RelationId,
    altered: &mut Altered,
    name: &Ident,
    attributes: ConstraintAttributes,
    no_inherit: Option<bool>,
) -> Outcome {
    check_words(execution, attributes, no_inherit)?;
    let relation = execution.bare_name(table);
    let named = format!("constraint \"{}\" of relation \"{relation}\"", name.as_str());
    let Some(constraint) = execution.schema.table(table).constraint(name.as_str()).cloned() else {
        return fail(sqlstate::UNDEFINED_OBJECT, format!("{named} does not exist"));
    };
    let wrong = |message: String| fail(sqlstate::WRONG_OBJECT_TYPE, message);
    let is_key = constraint.foreign_key().is_some();
    let by_kind = behavior::alters_constraints_by_kind(execution.version);
    // Before 18 only foreign keys could be altered, and what is not written was reset.
    let defers = !by_kind || attributes.deferrable.is_some() || attributes.initially_deferred.is_some();
    if defers && !is_key {
        return wrong(format!("{named} is not a foreign key constraint"));
    }
    if attributes.enforced.is_some() && !is_key {
        return wrong(format!("cannot alter enforceability of {named}"));
    }
    if no_inherit.is_some() && !matches!(constraint.kind, ConstraintKind::NotNull { .. }) {
        return wrong(format!("{named} is not a not-null constraint"));
    }
    if let Some(enforced) = attributes.enforced.filter(|it| *it != constraint.enforced) {
        enforce(execution, table, altered, &constraint, enforced);
    }
    if let Some((above, whole)) = constraint.parent.as_ref().filter(|_| defers) {
        let message = format!("cannot alter constraint \"{}\" on relation \"{relation}\"", name.as_str());
        let (whole, above) = (whole.as_str(), execution.bare_name(*above));
        let hint = "You may alter the constraint it derives from instead.";
        let state = if by_kind { sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE } else { sqlstate::INTERNAL_ERROR };
        let error = PgError::new(state, message)
            .detail(format!(
                "Constraint \"{}\" is derived from constraint \"{whole}\" of relation \"{above}\".",
                name.as_str()
            ))
            .hint(hint);
        return Err(error.into());
    }
    if defers {
        let deferred = attributes.initially_deferred == Some(true);
        let now = (attributes.deferrable == Some(true) || deferred, deferred);
        let reach = (table, name.clone());
        let mode = execution.record.locks.iter().filter(|it| it.relation == table).map(|it| it.mode).max();
        defer(execution, reach, now, mode.unwrap_or(LockMode::ShareRowExclusive));
    }
    change(execution, table, name, |it| {
        if let (ConstraintKind::NotNull { no_inherit, .. }, Some(wanted)) = (&mut it.kind, no_inherit) {
            *no_inherit = wanted;
        }
    });
    Ok(())
}

/// `ATExecAlterConstrRecurse`: the constraint and its parts.
fn defer(execution: &mut Execution, (table, name): (RelationId, Ident), now: (bool, bool), mode: LockMode) {
    change(execution, table, &name, |it| (it.deferrable, it.initially_deferred) = now);
    let whole = (table, name);
    let mut parts = vec![];
    for relation in execution.schema.relations() {
        let constraints = relation.table().into_iter().flat_map(|it| it.constraints.iter());
        let own = constraints.filter(|it| it.parent.as_ref() == Some(&whole));
        parts.extend(own.map(|it| (relation.id, it.name.clone())));
    }
    for part in parts {
        execution.lock(part.0, mode, "the parts of the constraint change with it");
        defer(execution, part, now, mode);
    }
}

/// What the grammar refuses (`processCASbits`).
fn check_words(execution: &Execution, attributes: ConstraintAttributes, no_inherit: Option<bool>) -> Outcome {
    let syntax = |message: &str| fail(sqlstate::SYNTAX_ERROR, message);
    if attributes.enforced.is_some() && !behavior::has_enforced(execution.version) {
        return syntax("syntax error at or near \"ENFORCED\"");
    }
    if no_inherit == Some(false) && !behavior::alters_constraints_by_kind(execution.version) {
        return syntax("syntax error at or near \"INHERIT\"");
    }
    if no_inherit == Some(true) && !behavior::alters_constraints_by_kind(execution.version) {
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, "FOREIGN KEY constraints cannot be marked NO INHERIT");
    }
    if attributes.deferrable == Some(false) && attributes.initially_deferred == Some(true) {
        return syntax("constraint declared INITIALLY DEFERRED must be DEFERRABLE");
    }
    match attributes.not_valid {
        true => fail(sqlstate::FEATURE_NOT_SUPPORTED, "constraints cannot be altered to be NOT VALID"),
        false => Ok(()),
    }
}

fn change(execution: &mut Execution, table: RelationId, name: &Ident, how: impl FnOnce(&mut Constraint)) {
    if let Some(it) = execution.schema.table_mut(table).constraints.iter_mut().find(|it| it.name == *name) {
        how(it);
    }
}

/// `ATExecAlterConstrEnforceability`: the triggers on both tables come, and every row is checked, or they go.
fn enforce(
    execution: &mut Execution,
    table: RelationId,
    altered: &mut Altered,
    constraint: &Constraint,
    enforced: bool,
) {
    let Some(key) = constraint.foreign_key() else { return };
    let (mode, reason) = match enforced {
        true => (LockMode::ShareRowExclusive, "an enforced foreign key installs triggers on both tables"),
        false => (LockMode::AccessExclusive, "the foreign key's triggers on the referenced table are dropped"),
    };
    execution.lock(key.references, mode, reason);
    if enforced {
        execution.lock(table, LockMode::ShareRowExclusive, reason);
        execution.lock(key.references, LockMode::RowShare, "the referenced rows must not go while they are looked up");
        altered.foreign_keys.push(constraint.name.clone());
    }
    change(execution, table, &constraint.name, |it| (it.enforced, it.validated) = (enforced, enforced));
}
