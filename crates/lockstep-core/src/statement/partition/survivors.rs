//! Which partitions a query of one table opens: `get_matching_partitions`, for a key of one column that is compared
//! with constants.

use std::cmp::Ordering;

use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::{compare_constants, constants_are_equal};
use crate::name::Ident;
use crate::pg::types::Type;
use crate::schema::index::KeyColumn;
use crate::schema::partition::{Bound, Limit, Strategy};
use crate::statement::execution::Execution;
use crate::statement::partition::overlap::{compare, in_order};
use crate::syntax::expression::{Expr, Literal, QueryText};
use crate::syntax::parse_query;
use crate::syntax::select::{Body, FromItem, Target};

/// All of them, however deep; `None` where that is not known.
pub(in crate::statement) fn opened(
    execution: &Execution,
    query: &QueryText,
    table: RelationId,
) -> Option<Vec<RelationId>> {
    let tree = parse_query(&query.text)?;
    let Body::Plain(plain) = &tree.body else { return None };
    let ([FromItem::Table { only: false, .. }], [_]) = (plain.from.as_slice(), query.reads.as_slice()) else {
        return None;
    };
    let values = plain.targets.iter().filter_map(|it| match it {
        Target::Value { value, .. } => Some(value),
        Target::Star | Target::StarOf(_) => None,
    });
    if !tree.with.is_empty() || plain.having.is_some() || values.chain(&plain.condition).any(has_query) {
        return None;
    }
    let mut found = vec![];
    below(execution, table, plain.condition.as_ref()?, &mut found)?;
    Some(found)
}

fn has_query(it: &Expr) -> bool {
    let mut found = false;
    it.visit(&mut |it| found |= matches!(it, Expr::Query(_) | Expr::Opaque(_)));
    found
}

fn below(execution: &Execution, table: RelationId, condition: &Expr, found: &mut Vec<RelationId>) -> Option<()> {
    let own = execution.schema.table(table);
    let key = own.partition_key.as_ref()?;
    let columns: Vec<Ident> = key.columns().iter().map(|it| own.column_name(*it)).collect();
    // Where there is a default partition, what the table's own bound says counts as a condition as well.
    if execution.schema.default_partition(table).is_some() {
        let above = keys_above(execution, table);
        if above.iter().any(|it| mentions(condition, it) || columns.contains(it)) {
            return None;
        }
    }
    let parts = in_order(execution, table);
    let kept = if columns.iter().any(|it| mentions(condition, it)) {
        let [part] = key.keys.as_slice() else { return None };
        let plain = part.operator_class.is_none() && part.collation.is_none() && key.strategy != Strategy::Hash;
        let (KeyColumn::Attribute(number), true) = (&part.column, plain) else { return None };
        let level = Level::new(execution, &parts, own.column_name(*number), part.type_)?;
        let kept = level.kept(condition)?;
        parts.into_iter().filter(|it| level.holds(&kept, *it)).collect()
    } else {
        parts
    };
    for id in kept {
        found.push(id);
        if execution.schema.table(id).is_partitioned() {
            below(execution, id, condition, found)?;
        }
    }
    Some(())
}

/// The columns by which the tables above are partitioned.
pub(super) fn keys_above(execution: &Execution, table: RelationId) -> Vec<Ident> {
    let (mut found, mut current) = (vec![], table);
    while let Some(parent) = execution.schema.partition_parent(current) {
        let above = execution.schema.table(parent);
        let columns = above.partition_key.as_ref().map(|key| key.columns()).unwrap_or_default();
        found.extend(columns.into_iter().map(|it| above.column_name(it)));
        current = parent;
    }
    found
}

fn mentions(it: &Expr, column: &Ident) -> bool {
    let mut found = false;
    it.visit(&mut |it| found |= matches!(it, Expr::Column(parts) if parts.last() == Some(column)));
    found
}

/// A stretch of the key's values, or one of a list.
struct Stretch {
    from: Limit,
    /// `None` for the value of a list.
    to: Option<Limit>,
    partition: Option<RelationId>,
}

/// The partitions of one table by the values of their key.
struct Level {
    column: Ident,
    type_: Type,
    stretches: Vec<Stretch>,
    null: Option<RelationId>,
    default: Option<RelationId>,
    is_list: bool,
}

/// What of it a condition leaves.
#[derive(Clone)]
struct Kept {
    stretches: Vec<bool>,
    null: bool,
    default: bool,
}

impl Level {
    fn new(execution: &Execution, parts: &[RelationId], column: Ident, type_: Type) -> Option<Self> {
        let mut made = Level { column, type_, stretches: vec![], null: None, default: None, is_list: false };
        let mut end = Limit::MinValue;
        for id in parts {
            match execution.schema.table(*id).bound.as_deref()? {
                Bound::Default => made.default = Some(*id),
                Bound::List(values) => {
                    made.is_list = true;
                    for value in values {
                        match value {
                            Some(value) => {
                                let from = Limit::Value(value.clone());
                                made.stretches.push(Stretch { from, to: None, partition: Some(*id) });
                            }
                            None => made.null = Some(*id),
                        }
                    }
                }
                Bound::Range { from, to } => {
                    let (from, to) = (from.first()?.clone(), to.first()?.clone());
                    match made.order(&end, &from)? {
                        Ordering::Less => {
                            made.stretches.push(Stretch { from: end.clone(), to: Some(from.clone()), partition: None })
                        }
                        Ordering::Equal => {}
                        Ordering::Greater => return None,
                    }
                    made.stretches.push(Stretch { from, to: Some(to.clone()), partition: Some(*id) });
                    end = to;
                }
                Bound::Hash { .. } => return None,
            }
        }
        if !made.is_list && end != Limit::MaxValue {
            made.stretches.push(Stretch { from: end, to: Some(Limit::MaxValue), partition: None });
        }
        Some(made)
    }

    fn order(&self, a: &Limit, b: &Limit) -> Option<Ordering> {
        compare(&[self.type_], std::slice::from_ref(a), std::slice::from_ref(b))
    }

    fn holds(&self, kept: &Kept, partition: RelationId) -> bool {
        let own = self.stretches.iter().zip(&kept.stretches);
        let gap = own.clone().any(|(it, kept)| *kept && it.partition.is_none());
        own.into_iter().any(|(it, kept)| *kept && it.partition == Some(partition))
            || kept.null && self.null == Some(partition)
            || (kept.default || gap) && self.default == Some(partition)
    }

    fn all(&self, null: bool) -> Kept {
        Kept { stretches: vec![true; self.stretches.len()], null, default: true }
    }

    fn none(&self) -> Kept {
        Kept { stretches: vec![false; self.stretches.len()], null: false, default: false }
    }

    fn kept(&self, condition: &Expr) -> Option<Kept> {
        match condition {
            Expr::And(items) => {
                let mut equal: Vec<Arc<str>> = vec![];
                let mut made = self.all(true);
                for item in items {
                    // Two constants for one column make the condition false before partitions are looked at.
                    if let Some(value) = self.equals(item) {
                        if equal.first().is_some_and(|it| *it != value) {
                            return None;
                        }
                        equal.push(value);
                    }
                    let one = self.kept(item)?;
                    made = combine(&made, &one, |a, b| a && b);
                }
                Some(made)
            }
            Expr::Or(items) => {
                let mut made = self.none();
                for item in items {
                    made = combine(&made, &self.kept(item)?, |a, b| a || b);
                }
                Some(made)
            }
            leaf if !mentions(leaf, &self.column) => {
                let mut named = false;
                leaf.visit(&mut |it| named |= matches!(it, Expr::Column(_)));
                named.then(|| self.all(true))
            }
            Expr::IsNull { operand, negated } if self.is_key(operand) => Some(match negated {
                true => self.all(false),
                false => Kept { null: self.null.is_some(), default: self.null.is_none(), ..self.none() },
            }),
            Expr::In { operand, list, negated: false } if self.is_key(operand) => {
                let mut made = self.none();
                for item in list {
                    made = combine(&made, &self.compared("=", &self.constant(item)?)?, |a, b| a || b);
                }
                Some(made)
            }
            Expr::Between { operand, low, high, symmetric: false, negated: false } if self.is_key(operand) => {
                let low = self.compared(">=", &self.constant(low)?)?;
                let high = self.compared("<=", &self.constant(high)?)?;
                Some(combine(&low, &high, |a, b| a && b))
            }
            Expr::Binary { left, operator, right } if operator.schema.is_none() => {
                if self.is_key(left) {
                    self.compared(&operator.symbol, &self.constant(right)?)
                } else if self.is_key(right) {
                    let turned = match operator.symbol.as_str() {
                        "<" => ">",
                        "<=" => ">=",
                        ">" => "<",
                        ">=" => "<=",
                        same => same,
                    };
                    self.compared(turned, &self.constant(left)?)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    fn is_key(&self, it: &Expr) -> bool {
        matches!(it, Expr::Column(parts) if parts.last() == Some(&self.column))
    }

    fn equals(&self, it: &Expr) -> Option<Arc<str>> {
        match it {
            Expr::Binary { left, operator, right } if operator.symbol == "=" => match self.is_key(left) {
                true => self.constant(right),
                false => self.constant(left),
            },
            _ => None,
        }
    }

    /// `get_matching_list_bounds`, `get_matching_range_bounds`.
    fn compared(&self, operator: &str, value: &Arc<str>) -> Option<Kept> {
        let mut made = self.none();
        if operator == "<>" && !self.is_list {
            return None;
        }
        for (stretch, kept) in self.stretches.iter().zip(&mut made.stretches) {
            *kept = match (&stretch.to, &stretch.from) {
                (None, Limit::Value(own)) if matches!(operator, "=" | "<>") => {
                    constants_are_equal(&self.type_, own, value)? == (operator == "=")
                }
                (None, Limit::Value(own)) => {
                    let order = compare_constants(&self.type_, own, value)?;
                    is_in(operator, order)?
                }
                (None, _) => return None,
                (Some(to), from) => {
                    let point = Limit::Value(value.clone());
                    let (from, to) = (self.order(from, &point)?, self.order(&point, to)?);
                    match operator {
                        "=" => from.is_le() && to.is_lt(),
                        "<" => from.is_lt(),
                        "<=" => from.is_le(),
                        ">" | ">=" => to.is_lt(),
                        _ => return None,
                    }
                }
            };
        }
        made.default = match (self.is_list, operator) {
            (true, "=") => !made.stretches.contains(&true),
            (is_list, _) => is_list,
        };
        Some(made)
    }

    /// A constant that is compared with the key without a conversion of the key.
    fn constant(&self, it: &Expr) -> Option<Arc<str>> {
        let integer = [Type::INT2, Type::INT4, Type::INT8].iter().any(|type_| self.type_.is(*type_));
        match it {
            Expr::Literal(Literal::Integer(digits)) if integer => {
                digits.parse::<i64>().ok().map(|_| digits.as_str().into())
            }
            Expr::Unary { operator, operand } if operator.symbol == "-" && integer => match &**operand {
                Expr::Literal(Literal::Integer(digits)) => {
                    digits.parse::<i64>().ok().filter(|it| *it != 0).map(|it| format!("-{it}").into())
                }
                _ => None,
            },
            Expr::Literal(Literal::String(text)) if integer => {
                text.trim().parse::<i16>().ok().map(|it| it.to_string().into())
            }
            Expr::Literal(Literal::String(text)) if self.type_.is(Type::TEXT) || self.type_.is(Type::VARCHAR) => {
                Some(text.as_str().into())
            }
            Expr::Literal(Literal::String(text)) if self.type_.is(Type::DATE) => {
                let iso = text.len() == 10
                    && text.bytes().enumerate().all(|(at, it)| match at {
                        4 | 7 => it == b'-',
                        _ => it.is_ascii_digit(),
                    });
                iso.then(|| text.as_str().into())
            }
            _ => None,
        }
    }
}

fn is_in(operator: &str, order: Ordering) -> Option<bool> {
    Some(match operator {
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        _ => return None,
    })
}

fn combine(a: &Kept, b: &Kept, how: impl Fn(bool, bool) -> bool) -> Kept {
    Kept {
        stretches: a.stretches.iter().zip(&b.stretches).map(|(a, b)| how(*a, *b)).collect(),
        null: how(a.null, b.null),
        default: how(a.default, b.default),
    }
}
