//! Outer joins whose missing rows no condition above lets through: `reduce_outer_joins`.

use crate::expression::node::{Expression, Node};
use crate::expression::query::QueryTree;
use crate::expression::restriction::join::{Join, conjuncts};
use crate::expression::restriction::{Entries, entries_of};

/// `nonnullable`: entries of which a condition above wants a row.
pub(super) fn reduce(join: Join, nonnullable: &Entries, tree: &QueryTree) -> Join {
    match join {
        Join::Entry(id) => Join::Entry(id),
        Join::Inner(parts, conditions) => {
            let wanted = with(nonnullable, &conditions, tree);
            let parts = parts.into_iter().map(|it| reduce(it, &wanted, tree)).collect();
            Join::Inner(parts, conditions)
        }
        Join::Outer { left, right, conditions, full } => {
            let wants = |side: &Join| !side.entries().is_disjoint(nonnullable);
            match (full, wants(&left), wants(&right)) {
                (false, _, true) | (true, true, true) => {
                    reduce(Join::Inner(vec![*left, *right], conditions), nonnullable, tree)
                }
                (true, true, false) => reduce(Join::Outer { left, right, conditions, full: false }, nonnullable, tree),
                (true, false, true) => {
                    let turned = Join::Outer { left: right, right: left, conditions, full: false };
                    reduce(turned, nonnullable, tree)
                }
                (true, false, false) => Join::Outer {
                    left: Box::new(reduce(*left, &Entries::new(), tree)),
                    right: Box::new(reduce(*right, &Entries::new(), tree)),
                    conditions,
                    full,
                },
                (false, _, false) => {
                    let inner = with(nonnullable, &conditions, tree);
                    Join::Outer {
                        left: Box::new(reduce(*left, nonnullable, tree)),
                        right: Box::new(reduce(*right, &inner, tree)),
                        conditions,
                        full,
                    }
                }
            }
        }
    }
}

fn with(nonnullable: &Entries, conditions: &[Expression], tree: &QueryTree) -> Entries {
    let mut found = nonnullable.clone();
    for condition in conditions.iter().flat_map(|it| conjuncts(it)) {
        found.extend(wanted(condition, tree));
    }
    found
}

/// `find_nonnullable_rels` of a condition.
fn wanted(it: &Expression, tree: &QueryTree) -> Entries {
    match &it.node {
        Node::And(items) => items.iter().flat_map(|it| wanted(it, tree)).collect(),
        Node::Or(items) => {
            let mut arms = items.iter().map(|it| wanted(it, tree));
            let first = arms.next().unwrap_or_default();
            arms.fold(first, |a, b| a.intersection(&b).copied().collect())
        }
        Node::NullTest { operand, negated: true } => strict(operand, tree),
        Node::BooleanTest { operand, negated: false, value: Some(_) }
        | Node::BooleanTest { operand, negated: true, value: None } => strict(operand, tree),
        Node::ScalarArray { left, any: true, .. } => strict(left, tree),
        _ => strict(it, tree),
    }
}

/// Entries without whose row the expression is null.
fn strict(it: &Expression, tree: &QueryTree) -> Entries {
    match &it.node {
        Node::Column(_) => entries_of(it, tree),
        Node::Function { function, arguments, .. } if function.strict => {
            arguments.iter().flat_map(|it| strict(it, tree)).collect()
        }
        Node::Operator { operator, arguments } if operator.function.strict => {
            arguments.iter().flat_map(|it| strict(it, tree)).collect()
        }
        Node::Not(operand)
        | Node::Relabel { operand, .. }
        | Node::ThroughText { operand, .. }
        | Node::Collate { operand, .. } => strict(operand, tree),
        _ => Entries::new(),
    }
}
