//! What constraints prove of a condition: `predicate_implied_by` of `predtest.c`, weakly, for tests of a
//! column against constants as partition bounds make them.

use std::cmp::Ordering;

use crate::expression::node::{Constant, Expression, Node};
use crate::expression::order::compare_constants;

impl Expression {
    /// Whether the facts, with `column IS NOT NULL` for each of those columns, imply this condition;
    /// `None` where that hangs on constants whose order is not known.
    pub fn is_implied_by(&self, facts: &[&Expression], not_null: &[u16]) -> Option<bool> {
        let mut conjuncts = vec![];
        facts.iter().for_each(|it| flatten(it, &mut conjuncts));
        Facts { conjuncts, not_null }.prove(self)
    }
}

struct Facts<'a> {
    conjuncts: Vec<&'a Expression>,
    not_null: &'a [u16],
}

fn flatten<'a>(it: &'a Expression, into: &mut Vec<&'a Expression>) {
    match &it.node {
        Node::And(items) => items.iter().for_each(|item| flatten(item, into)),
        _ => into.push(it),
    }
}

/// True if any is; false if all are.
fn any(results: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut sure = true;
    for result in results {
        match result {
            Some(true) => return Some(true),
            Some(false) => {}
            None => sure = false,
        }
    }
    sure.then_some(false)
}

fn all(results: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    any(results.map(|it| it.map(|it| !it))).map(|it| !it)
}

impl Facts<'_> {
    fn prove(&self, wanted: &Expression) -> Option<bool> {
        match &wanted.node {
            Node::And(items) => return all(items.iter().map(|item| self.prove(item))),
            Node::NullTest { operand, negated: true } => {
                let marked = matches!(operand.node, Node::Column(column) if self.not_null.contains(&column));
                // Weak implication: a test that merely fails for nulls proves nothing here.
                return Some(marked || self.conjuncts.contains(&wanted));
            }
            _ => {}
        }
        if self.conjuncts.contains(&wanted) {
            return Some(true);
        }
        if let Node::Or(items) = &wanted.node
            && let Some(true) = any(items.iter().map(|item| self.prove(item)))
        {
            return Some(true);
        }
        if let Some((left, values)) = equals_any(wanted) {
            let one = |value: &(&Expression, &str)| {
                any(self.conjuncts.iter().map(|fact| implies(fact, "=", left, value.0, value.1)))
            };
            if let Some(true) = any(values.iter().map(one)) {
                return Some(true);
            }
        }
        any(self.conjuncts.iter().map(|fact| proves(fact, wanted)))
    }
}

/// One fact alone: a disjunction has to prove it in each arm.
fn proves(fact: &Expression, wanted: &Expression) -> Option<bool> {
    if fact == wanted {
        return Some(true);
    }
    match &fact.node {
        Node::Or(items) => {
            return all(items.iter().map(|item| {
                let mut conjuncts = vec![];
                flatten(item, &mut conjuncts);
                Facts { conjuncts, not_null: &[] }.prove(wanted)
            }));
        }
        Node::And(items) => return any(items.iter().map(|item| proves(item, wanted))),
        _ => {}
    }
    if let Node::Or(items) = &wanted.node {
        return any(items.iter().map(|item| proves(fact, item)));
    }
    if let (Some((left, values)), true) = (equals_any(fact), comparison(fact).is_none()) {
        return all(values.iter().map(|(constant, text)| equal_proves(left, constant, text, wanted)));
    }
    if let Some((left, values)) = equals_any(wanted) {
        return any(values.iter().map(|(constant, text)| implies(fact, "=", left, constant, text)));
    }
    match comparison(wanted) {
        Some((symbol, left, constant, text)) => implies(fact, symbol, left, constant, text),
        None => Some(false),
    }
}

/// What `left = constant` proves.
fn equal_proves(left: &Expression, constant: &Expression, text: &str, wanted: &Expression) -> Option<bool> {
    let holds = |symbol: &str, other: &Expression, other_text: &str| {
        if other.type_() != constant.type_() {
            return None;
        }
        let order = compare_constants(constant.type_(), text, other_text);
        match (symbol, order) {
            ("=", None) => Some(text == other_text),
            (_, order) => Some(satisfies(symbol, order?)),
        }
    };
    if let Some((other_left, values)) = equals_any(wanted) {
        return match other_left == left {
            true => any(values.iter().map(|(other, text)| holds("=", other, text))),
            false => Some(false),
        };
    }
    match comparison(wanted) {
        Some((symbol, other_left, other, text)) if other_left == left => holds(symbol, other, text),
        _ => Some(false),
    }
}

/// `operator_predicate_proof`: `left symbol constant` from one comparison of the same operand.
fn implies(fact: &Expression, symbol: &str, left: &Expression, constant: &Expression, text: &str) -> Option<bool> {
    let Some((known, known_left, known_constant, known_text)) = comparison(fact) else { return Some(false) };
    if known_left != left {
        return Some(false);
    }
    if known_constant.type_() != constant.type_() {
        return None;
    }
    let order = match compare_constants(constant.type_(), known_text, text) {
        Some(order) => order,
        None if known == "=" && symbol == "=" => return Some(false),
        None => return None,
    };
    Some(match (known, symbol) {
        ("=", _) => satisfies(symbol, order),
        ("<", "<" | "<=") | ("<=", "<=") => order.is_le(),
        ("<=", "<") => order.is_lt(),
        (">", ">" | ">=") | (">=", ">=") => order.is_ge(),
        (">=", ">") => order.is_gt(),
        _ => false,
    })
}

fn satisfies(symbol: &str, order: Ordering) -> bool {
    match symbol {
        "=" => order.is_eq(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        _ => false,
    }
}

/// `operand op constant`.
fn comparison(it: &Expression) -> Option<(&'static str, &Expression, &Expression, &str)> {
    let Node::Operator { operator, arguments } = &it.node else { return None };
    let [left, right] = arguments.as_slice() else { return None };
    if let Node::Constant(Constant::Text(text)) = &right.node {
        return Some((operator.symbol, left, right, text));
    }
    let Node::Constant(Constant::Text(text)) = &left.node else { return None };
    let turned = match operator.symbol {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        "=" => "=",
        _ => return None,
    };
    Some((turned, right, left, text))
}

/// `operand = ANY (ARRAY[constants])`, or equality with one of them.
fn equals_any(it: &Expression) -> Option<(&Expression, Vec<(&Expression, &str)>)> {
    if let Some(("=", left, constant, text)) = comparison(it) {
        return Some((left, vec![(constant, text)]));
    }
    let Node::ScalarArray { operator, any: true, left, array } = &it.node else { return None };
    let Node::Array(elements) = &array.node else { return None };
    if operator.symbol != "=" {
        return None;
    }
    let constants: Option<Vec<(&Expression, &str)>> = elements
        .iter()
        .map(|element| match &element.node {
            Node::Constant(Constant::Text(text)) => Some((element, &**text)),
            _ => None,
        })
        .collect();
    Some((left, constants?))
}
