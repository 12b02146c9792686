//! What is not allowed where an expression stands, in the words of `parse_expr.c`, `parse_agg.c` and
//! `parse_func.c`.

use crate::effect::PgError;
use crate::expression::scope::{Kind, Refusal};
use crate::pg::sqlstate;

/// `ParseExprKindName` and its plural, as the messages use them.
fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Check | Kind::DomainCheck => ("check constraint", "check constraints"),
        Kind::Default => ("DEFAULT expression", "DEFAULT expressions"),
        Kind::Generated => ("column generation expression", "column generation expressions"),
        Kind::IndexExpression => ("index expression", "index expressions"),
        Kind::IndexPredicate => ("index predicate", "index predicates"),
        Kind::Statistics => ("statistics expression", "statistics expressions"),
        Kind::PartitionKey => ("partition key expression", "partition key expressions"),
        Kind::PartitionBound => ("partition bound", "partition bound"),
        Kind::Using => ("transform expression", "transform expressions"),
        Kind::Parameter => ("DEFAULT expression", "DEFAULT expressions"),
        Kind::Policy => ("policy expression", "policy expressions"),
        Kind::TriggerCondition => ("trigger WHEN condition", "trigger WHEN conditions"),
        Kind::Body => ("SELECT", "SELECT"),
        Kind::Where => ("WHERE", "WHERE"),
        Kind::Set => ("UPDATE", "UPDATE"),
        Kind::Value | Kind::SingleValue => ("VALUES", "VALUES"),
        Kind::Select => ("SELECT", "SELECT"),
        Kind::Having => ("HAVING", "HAVING"),
        Kind::OrderBy => ("ORDER BY", "ORDER BY"),
        Kind::GroupBy => ("GROUP BY", "GROUP BY"),
        Kind::JoinOn => ("JOIN/ON", "JOIN conditions"),
        Kind::FromFunction => ("function in FROM", "functions in FROM"),
        Kind::Limit => ("LIMIT", "LIMIT"),
        Kind::Offset => ("OFFSET", "OFFSET"),
        Kind::Filter => ("FILTER", "FILTER"),
        Kind::Window => ("window PARTITION BY", "window definitions"),
    }
}

fn unsupported(message: String) -> Refusal {
    PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, message).into()
}

/// The body of a function is a query of its own, which may hold all of these.
fn in_body(kind: Kind) -> Option<Refusal> {
    (kind == Kind::Body)
        .then(|| Refusal::Unknown("what the query of a function's body computes is not modelled".to_owned()))
}

pub(super) fn refuse_aggregate(kind: Kind) -> Refusal {
    if let Some(unknown) = in_body(kind) {
        return unknown;
    }
    let place = words(kind).1;
    PgError::new(sqlstate::GROUPING_ERROR, format!("aggregate functions are not allowed in {place}")).into()
}

pub(super) fn refuse_window(kind: Kind) -> Refusal {
    if let Some(unknown) = in_body(kind) {
        return unknown;
    }
    let place = words(kind).1;
    PgError::new(sqlstate::WINDOWING_ERROR, format!("window functions are not allowed in {place}")).into()
}

pub(super) fn refuse_set(kind: Kind) -> Refusal {
    if let Some(unknown) = in_body(kind) {
        return unknown;
    }
    if kind == Kind::SingleValue {
        return Refusal::Unknown("how many rows a function makes is not modelled".to_owned());
    }
    unsupported(format!("set-returning functions are not allowed in {}", words(kind).1))
}

pub(super) fn refuse_query(kind: Kind) -> Refusal {
    // The server takes it there.
    if kind == Kind::Policy {
        return Refusal::Unknown("a query in a policy is not modelled".to_owned());
    }
    if let Some(unknown) = in_body(kind) {
        return unknown;
    }
    unsupported(format!("cannot use subquery in {}", words(kind).0))
}

/// `None`: columns may be named here.
pub(super) fn refuse_column(kind: Kind) -> Option<Refusal> {
    match kind {
        Kind::Default => Some(unsupported("cannot use column reference in DEFAULT expression".to_owned())),
        Kind::Parameter => {
            let message = "cannot use table references in parameter default value";
            Some(PgError::new(sqlstate::INVALID_COLUMN_REFERENCE, message).into())
        }
        Kind::PartitionBound => {
            Some(unsupported("cannot use column reference in partition bound expression".to_owned()))
        }
        _ => None,
    }
}

/// What the expression is an argument of, for `argument of … must be type boolean`.
pub(super) fn construct(kind: Kind) -> &'static str {
    match kind {
        Kind::Check | Kind::DomainCheck => "CHECK",
        Kind::IndexPredicate | Kind::Where => "WHERE",
        Kind::Default => "DEFAULT",
        Kind::Using => "USING",
        Kind::Having => "HAVING",
        Kind::JoinOn => "JOIN/ON",
        Kind::Filter => "FILTER",
        Kind::Policy => "POLICY",
        Kind::TriggerCondition => "WHEN",
        _ => "expression",
    }
}
