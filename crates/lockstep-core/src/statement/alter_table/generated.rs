//! `SET EXPRESSION` and `DROP EXPRESSION`: `ATExecSetExpression`, `ATExecDropExpression`.

use crate::effect::{PgError, Precondition, RelationId};
use crate::expression::Volatility;
use crate::name::Ident;
use crate::pg::{behavior, sqlstate};
use crate::schema::constraint::ConstraintKind;
use crate::schema::relation::{Generated, Rows};
use crate::statement::alter_table::{Altered, set_type};
use crate::statement::column::{attribute, check_name};
use crate::statement::execution::{Execution, Outcome, fail};
use crate::statement::row_checks;
use crate::statement::scope::{self, Use};
use crate::syntax::expression::Expr;

const REWRITE: &str = "a stored generated column is computed anew for every row";

fn find(execution: &Execution, table: RelationId, name: &Ident) -> Outcome<(u16, Option<Generated>)> {
    if check_name(name).is_err() {
        let message = format!("cannot alter system column \"{}\"", name.as_str());
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    }
    let number = attribute(execution, table, name)?;
    Ok((number, execution.schema.table(table).attribute(number).and_then(|it| it.generated.clone())))
}

fn not_generated(execution: &Execution, table: RelationId, name: &Ident) -> String {
    let relation = execution.bare_name(table);
    format!("column \"{}\" of relation \"{relation}\" is not a generated column", name.as_str())
}

fn refuse_virtual(execution: &Execution, table: RelationId, name: &Ident, message: &str) -> Outcome {
    let relation = execution.bare_name(table);
    let detail = format!("Column \"{}\" of relation \"{relation}\" is a virtual generated column.", name.as_str());
    Err(PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, message).detail(detail).into())
}

pub(super) fn set(
    execution: &mut Execution,
    table: RelationId,
    altered: &mut Altered,
    name: &Ident,
    expression: &Expr,
) -> Outcome {
    if !behavior::has_set_expression(execution.version) {
        return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"EXPRESSION\"");
    }
    let (number, generated) = find(execution, table, name)?;
    let Some(generated) = generated else {
        return fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, not_generated(execution, table, name));
    };
    let has_checks = |it: &crate::schema::relation::Table| {
        it.constraints.iter().any(|it| matches!(it.kind, ConstraintKind::Check { .. }))
    };
    if !generated.stored && has_checks(execution.schema.table(table)) {
        let message = "ALTER TABLE / SET EXPRESSION is not supported for virtual generated columns in tables with \
                       check constraints";
        return refuse_virtual(execution, table, name, message);
    }
    let made = scope::analyze_as(execution, table, number, expression, Use::Generated)?;
    if made.volatility() != Volatility::Immutable {
        return fail(sqlstate::INVALID_OBJECT_DEFINITION, "generation expression is not immutable");
    }
    let text = execution.schema.print_expression(table, &made);
    let not_null = execution.schema.table(table).attribute(number).is_some_and(|it| it.not_null);
    if generated.stored {
        altered.rewrite = altered.rewrite.or(Some(REWRITE));
        let questions = row_checks::computed(execution, table, &text, &row_checks::raised(execution, &made));
        altered.scan.questions.extend(questions);
    } else if not_null {
        altered.verify = altered.verify.or(Some("the column must hold no null in any row as it is computed now"));
    }
    if not_null && execution.schema.table(table).rows != Rows::Empty {
        let query = format!("SELECT count(*) FROM {} WHERE ({text}) IS NULL", execution.schema.relation(table).name);
        altered.scan.questions.push(Precondition::new(query, "0", sqlstate::NOT_NULL_VIOLATION));
    }
    // Which rows the new expression makes is left open.
    let columns = execution.schema.table_mut(table);
    columns.known = None;
    if let Some(column) = columns.attribute_mut(number) {
        column.generated = Some(Generated { expression: made, stored: generated.stored });
        (column.filled, column.has_null) = (false, false);
    }
    set_type::recreate_dependents(execution, table, altered, &[number])
}

pub(super) fn drop(execution: &mut Execution, table: RelationId, name: &Ident, if_exists: bool) -> Outcome {
    let (number, generated) = find(execution, table, name)?;
    match generated {
        Some(it) if !it.stored => {
            let message = "ALTER TABLE / DROP EXPRESSION is not supported for virtual generated columns";
            return refuse_virtual(execution, table, name, message);
        }
        Some(_) => {}
        None if if_exists => {
            let message = not_generated(execution, table, name);
            execution.notice(format!("{message}, skipping"));
            return Ok(());
        }
        None => return fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, not_generated(execution, table, name)),
    }
    if let Some(column) = execution.schema.table_mut(table).attribute_mut(number) {
        column.generated = None;
    }
    Ok(())
}
