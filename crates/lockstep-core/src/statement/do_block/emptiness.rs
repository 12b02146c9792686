//! Queries that certainly yield no row, since what they read holds none.

use crate::name::Ident;
use crate::statement::do_block::catalog;
use crate::statement::execution::Execution;
use crate::syntax::expression::Expr;
use crate::syntax::select::{Body, FromItem, JoinKind, Plain, Select, Target};

pub(super) fn yields_nothing(execution: &Execution, query: &Select) -> bool {
    let names: Vec<&Ident> = query.with.iter().map(|it| &it.name).collect();
    match &query.body {
        Body::Plain(plain) => names.is_empty() && of_plain(execution, plain),
        Body::Set { left, right, .. } => {
            names.is_empty() && yields_nothing(execution, left) && yields_nothing(execution, right)
        }
        Body::Values(_) => false,
    }
}

fn of_plain(execution: &Execution, plain: &Plain) -> bool {
    // Without groups an aggregate yields a row over nothing.
    let calls = |value: &Expr| {
        let mut found = false;
        value.visit(&mut |it| found |= matches!(it, Expr::Function(_) | Expr::Query(_) | Expr::Opaque(_)));
        found
    };
    let aggregates = plain.having.is_some()
        || plain.targets.iter().any(|it| matches!(it, Target::Value { value, .. } if calls(value)));
    let grouped = !plain.group.is_empty();
    (grouped || !aggregates) && plain.from.iter().any(|it| is_empty(execution, it))
}

fn is_empty(execution: &Execution, item: &FromItem) -> bool {
    match item {
        FromItem::Table { name, .. } => match execution.resolve_in_query(name) {
            Ok(id) => catalog::is_empty(execution, id),
            Err(_) => false,
        },
        FromItem::Query { query, .. } => yields_nothing(execution, query),
        FromItem::Function { .. } => false,
        FromItem::Join { left, right, kind, .. } => {
            let (left, right) = (is_empty(execution, left), is_empty(execution, right));
            match kind {
                JoinKind::Inner => left || right,
                JoinKind::Left => left,
                JoinKind::Right => right,
                JoinKind::Full => left && right,
            }
        }
    }
}
