#![doc = include_str!("not_in_with_nulls.md")]

use crate::diagnostic::Severity;
use crate::hazard::concerns::Concerns;
use crate::hazard::shapes::{find, running};
use crate::hazard::{Finding, Hazard};
use crate::name::Ident;
use crate::simulate::trace::{Step, Trace};
use crate::syntax::expression::{Expr, Literal, RowQuery, RowSource};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "not_in_with_nulls",
    severity: Severity::Warning,
    page: include_str!("not_in_with_nulls.md"),
    recipe: None,
    concerns: Concerns::ROWS,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(Statement::Update(it) | Statement::Delete(it)) = running(step) else { return vec![] };
    let mut found = None;
    if let Some(condition) = &it.condition {
        condition.visit(&mut |it| {
            if found.is_none() {
                found = source_of_nulls(step, it);
            }
        });
    }
    let Some(what) = found else { return vec![] };
    let message = format!("NOT IN is true for no row at all as soon as its list holds one null, and {what}.");
    vec![Finding::new(&HAZARD, message)]
}

/// Why the list of a `NOT IN` may hold a null.
fn source_of_nulls(step: &Step, expression: &Expr) -> Option<String> {
    match expression {
        Expr::In { list, negated: true, .. } => list.iter().any(is_null).then(|| "NULL stands in it".to_owned()),
        Expr::Not(inner) => match &**inner {
            Expr::In { list, negated: false, .. } => list.iter().any(is_null).then(|| "NULL stands in it".to_owned()),
            Expr::Quantified { operator, all: false, array, .. } if operator.symbol == "=" => match &**array {
                Expr::Query(query) => nullable(step, query.by_row.as_deref()?),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn is_null(expression: &Expr) -> bool {
    matches!(expression, Expr::Literal(Literal::Null))
}

/// Of a query of one table: its column may be null, and the query does not leave those rows out.
fn nullable(step: &Step, query: &RowQuery) -> Option<String> {
    let (Some([Expr::Column(path)]), RowSource::Table { name, .. }) = (query.results.as_deref(), &query.source) else {
        return None;
    };
    let wanted = path.last()?;
    let relation = step.before.get(find(step, &step.before, name)?)?;
    let (_, column) = relation.table()?.column(wanted.as_str())?;
    let left_out = query.condition.as_ref().is_some_and(|it| demands(it, wanted));
    (!column.not_null && !left_out).then(|| format!("{wanted} of {} may be null", relation.name))
}

/// One of the parts that must all be true is `column IS NOT NULL`.
fn demands(condition: &Expr, column: &Ident) -> bool {
    match condition {
        Expr::And(parts) => parts.iter().any(|it| demands(it, column)),
        Expr::IsNull { operand, negated: true } => {
            matches!(&**operand, Expr::Column(path) if path.last() == Some(column))
        }
        _ => false,
    }
}
