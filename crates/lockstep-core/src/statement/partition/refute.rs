//! Whether a condition contradicts another: `predicate_refuted_by`, of comparisons with constants and tests for null.

use std::cmp::Ordering;

use crate::expression::{Expression, Restriction, constants_are_equal};
use crate::statement::partition::bounds::KeyType;

/// `None`: not known.
pub(super) fn refutes(own: &Restriction, clause: &Restriction, keys: &[(&Expression, &KeyType)]) -> Option<bool> {
    match (own, clause) {
        (Restriction::Not(inner), _) => implies(clause, inner, keys),
        (_, Restriction::Several { any, .. }) => {
            let each = each(clause);
            if *any { all(own, &each, keys) } else { some(own, &each, keys) }
        }
        (_, Restriction::And(items)) => some(own, items, keys),
        (_, Restriction::Or(arms)) => all(own, arms, keys),
        (Restriction::And(items), _) => {
            let mut known = Some(false);
            for item in items {
                match refutes(item, clause, keys) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => known = None,
                }
            }
            known
        }
        (Restriction::Or(arms), _) => {
            for arm in arms {
                if !refutes(arm, clause, keys)? {
                    return Some(false);
                }
            }
            Some(true)
        }
        (Restriction::Null { operand, negated }, Restriction::Null { operand: other, negated: theirs }) => {
            Some(operand == other && negated != theirs)
        }
        (Restriction::Compare { operand, .. }, Restriction::Null { operand: other, negated: false })
        | (Restriction::Null { operand: other, negated: false }, Restriction::Compare { operand, .. }) => {
            Some(operand == other)
        }
        (
            Restriction::Compare { operand, operator, value, .. },
            Restriction::Compare { operand: other, operator: theirs, value: other_value, .. },
        ) if operand == other => {
            let Some((_, key)) = keys.iter().find(|(it, _)| *it == operand) else { return Some(false) };
            compared(operator, value, theirs, other_value, key)
        }
        _ => Some(false),
    }
}

/// `predicate_implied_by`: whatever the clause holds for, that holds for too.
fn implies(clause: &Restriction, own: &Restriction, keys: &[(&Expression, &KeyType)]) -> Option<bool> {
    let both = |items: &[Restriction], wanted: bool, test: &dyn Fn(&Restriction) -> Option<bool>| {
        for item in items {
            if test(item)? == wanted {
                return Some(wanted);
            }
        }
        Some(!wanted)
    };
    match (clause, own) {
        (Restriction::Several { any: true, .. }, _) => {
            let each = each(clause);
            Some(!each.is_empty() && both(&each, false, &|it| implies(it, own, keys))?)
        }
        (Restriction::Or(arms), _) => both(arms, false, &|it| implies(it, own, keys)),
        (_, Restriction::And(items)) => both(items, false, &|it| implies(clause, it, keys)),
        (_, Restriction::Or(arms)) => both(arms, true, &|it| implies(clause, it, keys)),
        (Restriction::And(items), _) => both(items, true, &|it| implies(it, own, keys)),
        (Restriction::Null { operand, negated }, Restriction::Null { operand: other, negated: theirs }) => {
            Some(operand == other && negated == theirs)
        }
        (Restriction::Compare { operand, .. }, Restriction::Null { operand: other, negated: true }) => {
            Some(operand == other)
        }
        (
            Restriction::Compare { operand, operator, value, .. },
            Restriction::Compare { operand: other, operator: theirs, value: other_value, .. },
        ) if operand == other => {
            let Some((_, key)) = keys.iter().find(|(it, _)| *it == operand) else { return Some(false) };
            compared_implies(operator, value, theirs, other_value, key)
        }
        _ => Some(false),
    }
}

/// `BT_implic_table`: every value that is `operator a` is `theirs b`.
fn compared_implies(operator: &str, a: &str, theirs: &str, b: &str, key: &KeyType) -> Option<bool> {
    if (operator, theirs) == ("=", "=") {
        return constants_are_equal(&key.type_, a, b);
    }
    let allowed = match (operator, theirs) {
        ("=" | "<" | "<=", "<" | "<=") => Ordering::Less,
        ("=" | ">" | ">=", ">" | ">=") => Ordering::Greater,
        _ => return Some(false),
    };
    let order = key.order(a, b)?;
    let touches = matches!(theirs, "<=" | ">=") || operator == theirs;
    Some(order == allowed || order.is_eq() && touches)
}

fn some(own: &Restriction, items: &[Restriction], keys: &[(&Expression, &KeyType)]) -> Option<bool> {
    for item in items {
        if refutes(own, item, keys)? {
            return Some(true);
        }
    }
    Some(false)
}

fn all(own: &Restriction, arms: &[Restriction], keys: &[(&Expression, &KeyType)]) -> Option<bool> {
    for arm in arms {
        if !refutes(own, arm, keys)? {
            return Some(false);
        }
    }
    Some(!arms.is_empty())
}

/// `ANY` and `ALL`, value by value.
fn each(it: &Restriction) -> Vec<Restriction> {
    let Restriction::Several { operand, operator, values, type_, collation, .. } = it else { return vec![] };
    let made = |value: &triomphe::Arc<str>| Restriction::Compare {
        operand: operand.clone(),
        operator,
        value: value.clone(),
        type_: *type_,
        collation: collation.clone(),
    };
    values.iter().flatten().map(made).collect()
}

/// `BT_refute_table`: no value is both `operator a` and `theirs b`.
fn compared(operator: &str, a: &str, theirs: &str, b: &str, key: &KeyType) -> Option<bool> {
    match (operator, theirs) {
        ("=", "=") => return constants_are_equal(&key.type_, a, b).map(|it| !it),
        ("<>", "=") | ("=", "<>") => return constants_are_equal(&key.type_, a, b),
        ("<>", _) | (_, "<>") => return Some(false),
        _ => {}
    }
    let strict = matches!(operator, "<" | ">") || matches!(theirs, "<" | ">");
    let wanted = match (operator, theirs) {
        ("<" | "<=" | "=", ">" | ">=") | ("<" | "<=", "=") => Ordering::Less,
        (">" | ">=" | "=", "<" | "<=") | (">" | ">=", "=") => Ordering::Greater,
        _ => return Some(false),
    };
    let order = key.order(a, b)?;
    Some(order == wanted || strict && order.is_eq())
}
