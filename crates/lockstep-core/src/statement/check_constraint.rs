//! `CHECK` and `NOT NULL` constraints: `AddRelationNewConstraints` of `heap.c`.

use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::Expression;
use crate::name::Ident;
use crate::pg::behavior;
use crate::pg::sqlstate;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::statement::composite_type::is_row_type;
use crate::statement::execution::{Execution, Outcome, fail};
use crate::statement::inherit;
use crate::statement::scope::{self, Use};
use crate::syntax::expression::Expr;
use crate::syntax::statement::ConstraintAttributes;

/// A `CHECK` as written.
pub(super) struct NewCheck<'a> {
    pub(super) name: Option<&'a Ident>,
    pub(super) expression: &'a Expr,
    pub(super) no_inherit: bool,
    pub(super) attributes: ConstraintAttributes,
}

/// Adds the constraint to the table; the expression is returned for whoever has to verify it.
pub(super) fn add_check(
    execution: &mut Execution,
    table: RelationId,
    check: &NewCheck<'_>,
    is_new_table: bool,
) -> Outcome<Arc<Expression>> {
    let expression = scope::analyze(execution, table, check.expression, Use::Check)?;
    let relation = execution.schema.relation(table);
    let relation_name = relation.name.clone();
    if check.no_inherit && relation.kind() == 'p' {
        let message =
            format!("cannot add NO INHERIT constraint to partitioned table \"{}\"", relation_name.name.as_str());
        return fail(sqlstate::INVALID_TABLE_DEFINITION, message);
    }
    let name = match check.name {
        Some(name) => {
            if execution.schema.table(table).constraint(name.as_str()).is_some_and(|it| it.inherited > 0) {
                inherit::merge_check(execution, table, name, &expression, check.no_inherit, (true, is_new_table))?;
                return Ok(expression);
            }
            if execution.schema.constraint_is_used(table, name) {
                let message = match is_new_table {
                    true => format!("check constraint \"{}\" already exists", name.as_str()),
                    false => {
                        format!(
                            "constraint \"{}\" for relation \"{}\" already exists",
                            name.as_str(),
                            relation_name.name.as_str()
                        )
                    }
                };
                return fail(sqlstate::DUPLICATE_OBJECT, message);
            }
            name.clone()
        }
        None => {
            let columns = expression.columns();
            let column = match columns.iter().collect::<Vec<_>>().as_slice() {
                [only] => Some(execution.schema.table(table).column_name(**only)),
                _ => None,
            };
            execution.schema.choose_constraint_name(
                relation_name.name.as_str(),
                column.as_ref().map(Ident::as_str),
                "check",
                &relation_name.schema,
                &[],
            )
        }
    };
    let mut constraint =
        Constraint::new(name, ConstraintKind::Check { expression: expression.clone(), no_inherit: check.no_inherit });
    apply_attributes(execution, &mut constraint, check.attributes, "CHECK")?;
    execution.schema.add_constraint(table, constraint);
    Ok(expression)
}

/// What may follow a constraint, in this version and for this kind (`processCASbits`).
pub(super) fn apply_attributes(
    execution: &Execution,
    constraint: &mut Constraint,
    attributes: ConstraintAttributes,
    kind: &str,
) -> Outcome {
    let deferrable_kind = !matches!(kind, "CHECK" | "NOT NULL");
    let may_be_not_valid = matches!(kind, "CHECK" | "FOREIGN KEY" | "NOT NULL");
    let may_be_not_enforced = matches!(kind, "CHECK" | "FOREIGN KEY");
    let refuse =
        |what: &str| fail(sqlstate::FEATURE_NOT_SUPPORTED, format!("{kind} constraints cannot be marked {what}"));
    let deferrable = attributes.deferrable == Some(true) || attributes.initially_deferred == Some(true);
    if deferrable && !deferrable_kind {
        return refuse("DEFERRABLE");
    }
    if attributes.deferrable == Some(false) && attributes.initially_deferred == Some(true) {
        return fail(sqlstate::SYNTAX_ERROR, "constraint declared INITIALLY DEFERRED must be DEFERRABLE");
    }
    if attributes.not_valid && !may_be_not_valid {
        return refuse("NOT VALID");
    }
    if let Some(enforced) = attributes.enforced {
        if !behavior::has_enforced(execution.version) {
            return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"ENFORCED\"");
        }
        if !may_be_not_enforced {
            return refuse(if enforced { "ENFORCED" } else { "NOT ENFORCED" });
        }
        constraint.enforced = enforced;
    }
    constraint.deferrable = deferrable;
    constraint.initially_deferred = attributes.initially_deferred == Some(true);
    constraint.validated = !attributes.not_valid && constraint.enforced;
    Ok(())
}

/// Marks a column `NOT NULL`; from 18 on with a constraint of its own (`AddRelationNotNullConstraints`).
/// The caller has seen to it that the column is not marked yet, and decides who verifies.
pub(super) fn add_not_null(
    execution: &mut Execution,
    table: RelationId,
    column: u16,
    name: Option<&Ident>,
    no_inherit: bool,
    validated: bool,
) -> Outcome {
    let relation = execution.schema.relation(table);
    let relation_name = relation.name.clone();
    let column_name = execution.schema.table(table).column_name(column);
    if behavior::not_null_is_a_constraint(execution.version) {
        let name = match name {
            Some(name) => {
                if execution.schema.constraint_is_used(table, name) {
                    return fail(
                        sqlstate::DUPLICATE_OBJECT,
                        format!(
                            "constraint \"{}\" for relation \"{}\" already exists",
                            name.as_str(),
                            relation_name.name.as_str()
                        ),
                    );
                }
                name.clone()
            }
            None => execution.schema.choose_constraint_name(
                relation_name.name.as_str(),
                Some(column_name.as_str()),
                "not_null",
                &relation_name.schema,
                &[],
            ),
        };
        let mut constraint = Constraint::new(name, ConstraintKind::NotNull { column, no_inherit });
        constraint.validated = validated;
        execution.schema.add_constraint(table, constraint);
    }
    if let Some(column) = execution.schema.table_mut(table).attribute_mut(column) {
        column.not_null = true;
    }
    Ok(())
}

/// The `NOT NULL` constraint of a column, where the version has such objects.
pub(super) fn find_not_null(execution: &Execution, table: RelationId, column: u16) -> Option<&Constraint> {
    execution
        .schema
        .table(table)
        .constraints
        .iter()
        .find(|constraint| matches!(constraint.kind, ConstraintKind::NotNull { column: of, .. } if of == column))
}

/// `NotNullImpliedByRelConstraints`: a valid, enforced `CHECK` that implies `column IS NOT NULL`.
pub(super) fn is_proven_not_null(execution: &Execution, table: RelationId, column: u16) -> bool {
    // Of a row, `IS NOT NULL` asks for its fields (`argisrow`): another test than the one that is wanted.
    let type_ = execution.schema.table(table).attribute(column).map(|it| it.type_);
    if type_.is_some_and(|it| is_row_type(execution, &it)) {
        return false;
    }
    execution.schema.table(table).constraints.iter().any(|constraint| match &constraint.kind {
        ConstraintKind::Check { expression, .. } => {
            constraint.validated && constraint.enforced && expression.implies_not_null(column)
        }
        _ => false,
    })
}

/// `get_relation_constraint_oid`: 42704. `table` as it is written.
pub(super) fn missing_constraint<T>(constraint: &Ident, table: &str) -> Outcome<T> {
    fail(
        sqlstate::UNDEFINED_OBJECT,
        format!("constraint \"{}\" for table \"{table}\" does not exist", constraint.as_str()),
    )
}
