//! Queries over what certainly holds no row: they yield none, or one row of what aggregates make of nothing.

use crate::name::Ident;
use crate::statement::do_block::catalog;
use crate::statement::do_block::value::Value;
use crate::statement::execution::Execution;
use crate::syntax::expression::{Expr, FunctionCall, Literal};
use crate::syntax::select::{Body, Distinct, FromItem, JoinKind, Plain, Select, Target};

/// The rows of such a query; `None` where it may have others. What is not known of a row stays open.
pub(super) fn rows(execution: &Execution, query: &Select) -> Option<Vec<Vec<Value>>> {
    let mut emptiness = Emptiness { execution, common: vec![] };
    if emptiness.of_query(query) {
        return Some(vec![]);
    }
    emptiness.common.clear();
    emptiness.read_common(query);
    let Body::Plain(plain) = &query.body else { return None };
    let counted = query.limit.is_some() || query.offset.is_some();
    let all = plain.group.is_empty() && plain.having.is_none() && plain.distinct == Distinct::None;
    let one = !counted && all && plain.targets.iter().any(is_aggregated);
    let empty = one && plain.from.iter().any(|it| emptiness.is_empty(it));
    empty.then(|| vec![plain.targets.iter().map(result).collect()])
}

struct Emptiness<'a> {
    execution: &'a Execution,
    /// Queries of `WITH`, and whether they yield nothing.
    common: Vec<(Ident, bool)>,
}

impl Emptiness<'_> {
    fn read_common(&mut self, query: &Select) {
        for it in &query.with {
            let empty = !query.recursive && self.of_query(&it.query);
            self.common.push((it.name.clone(), empty));
        }
    }

    fn of_query(&mut self, query: &Select) -> bool {
        let outer = self.common.len();
        self.read_common(query);
        let empty = match &query.body {
            Body::Plain(plain) => self.of_plain(plain),
            Body::Set { left, right, .. } => self.of_query(left) && self.of_query(right),
            Body::Values(_) => false,
        };
        self.common.truncate(outer);
        empty
    }

    /// Without groups an aggregate yields a row over nothing.
    fn of_plain(&mut self, plain: &Plain) -> bool {
        let one = plain.group.is_empty() && (plain.having.is_some() || aggregates(plain));
        !one && plain.from.iter().any(|it| self.is_empty(it))
    }

    fn is_empty(&mut self, item: &FromItem) -> bool {
        match item {
            FromItem::Table { name, .. } => {
                let common = self.common.iter().rev().find(|(it, _)| name.schema.is_none() && *it == name.name);
                match (common, self.execution.resolve_in_query(name)) {
                    (Some((_, empty)), _) => *empty,
                    (None, Ok(id)) => catalog::is_empty(self.execution, id),
                    (None, Err(_)) => false,
                }
            }
            FromItem::Query { query, .. } => self.of_query(query),
            FromItem::Function { .. } => false,
            FromItem::Join { left, right, kind, .. } => {
                let (left, right) = (self.is_empty(left), self.is_empty(right));
                match kind {
                    JoinKind::Inner => left || right,
                    JoinKind::Left => left,
                    JoinKind::Right => right,
                    JoinKind::Full => left && right,
                }
            }
        }
    }
}

/// Whether a result may be an aggregate: calls of every kind are taken for one.
fn aggregates(plain: &Plain) -> bool {
    let calls = |value: &Expr| {
        let mut found = false;
        value.visit(&mut |it| found |= matches!(it, Expr::Function(_) | Expr::Query(_) | Expr::Opaque(_)));
        found
    };
    plain.targets.iter().any(|it| matches!(it, Target::Value { value, .. } if calls(value)))
}

/// Whether a result is made by an aggregate for certain: then there is one row of them all.
fn is_aggregated(target: &Target) -> bool {
    let Target::Value { value, .. } = target else { return false };
    let mut found = false;
    value.visit(&mut |it| found |= matches!(it, Expr::Function(call) if is_aggregate(call)));
    found
}

const AGGREGATES: [&str; 17] = [
    "array_agg",
    "avg",
    "bit_and",
    "bit_or",
    "bool_and",
    "bool_or",
    "count",
    "every",
    "json_agg",
    "json_object_agg",
    "jsonb_agg",
    "jsonb_object_agg",
    "max",
    "min",
    "string_agg",
    "sum",
    "xmlagg",
];

fn is_aggregate(call: &FunctionCall) -> bool {
    let own = call.name.schema.as_ref().is_none_or(|it| *it == "pg_catalog");
    own && call.syntax.as_ref().is_none_or(|it| it.over.is_none()) && AGGREGATES.contains(&call.name.name.as_str())
}

fn result(target: &Target) -> Value {
    match target {
        Target::Value { value, .. } => value_of_nothing(value),
        Target::Star | Target::StarOf(_) => Value::Unknown,
    }
}

fn value_of_nothing(value: &Expr) -> Value {
    match value {
        Expr::Function(call) if is_aggregate(call) => match call.name.name == "count" {
            true => Value::Int(0),
            false => Value::Null,
        },
        Expr::Literal(Literal::Integer(digits)) => digits.parse().map_or(Value::Unknown, Value::Int),
        Expr::Literal(Literal::String(text)) => Value::text(text),
        Expr::Literal(Literal::Null) => Value::Null,
        Expr::Coalesce(items) => {
            for item in items {
                match value_of_nothing(item) {
                    Value::Null => {}
                    found => return found,
                }
            }
            Value::Null
        }
        Expr::Cast { operand, .. } => match value_of_nothing(operand) {
            Value::Null => Value::Null,
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}
