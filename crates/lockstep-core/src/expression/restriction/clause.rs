//! Conditions on one table, as far as the search for its partitions reads them (`eval_const_expressions`,
//! `canonicalize_qual`).

use triomphe::Arc;

use crate::expression::evaluate::Value;
use crate::expression::node::{Constant as Written, Expression, Node, Operator};
use crate::expression::scope::Scope;
use crate::expression::value::constant_text;
use crate::name::Ident;
use crate::pg::types::Type;
use crate::pg::volatility::Volatility;

/// A condition, with constants as their type prints them.
#[derive(Debug, Clone, PartialEq)]
pub enum Restriction {
    /// `operand operator value`, of an operator that is immutable.
    Compare {
        operand: Expression,
        operator: &'static str,
        value: Arc<str>,
        type_: Type,
        collation: Option<Ident>,
    },
    /// The same with any or all of several values; none where one is null.
    Several {
        operand: Expression,
        operator: &'static str,
        any: bool,
        values: Vec<Option<Arc<str>>>,
        type_: Type,
        collation: Option<Ident>,
    },
    /// `IS NULL`, or `IS NOT NULL`.
    Null {
        operand: Expression,
        negated: bool,
    },
    /// The operand alone, or after `NOT`; or `tested` by `IS TRUE` or `IS FALSE`.
    Truth {
        operand: Expression,
        value: bool,
        tested: bool,
    },
    /// `IS NOT TRUE`, `IS NOT FALSE`.
    NotTruth {
        operand: Expression,
        value: bool,
    },
    /// Of bounds: what is not in any of the others.
    Not(Box<Restriction>),
    And(Vec<Restriction>),
    Or(Vec<Restriction>),
    /// False or null, whatever the row is.
    False,
    /// True, whatever the row is.
    True,
    /// It says nothing while the query is planned.
    Other,
    /// It may say something, and what is not known.
    Unknown,
}

impl Restriction {
    pub(super) fn compare(operand: &Expression, operator: &'static str, value: Arc<str>) -> Self {
        let collation = collation_of(operand).cloned();
        let type_ = operand.type_.bare();
        Restriction::Compare { operand: bare(operand).clone(), operator, value, type_, collation }
    }
}

/// A constant, as planning finds one.
pub(super) enum Constant {
    Value(Value),
    /// It is one, and which is not known.
    Unknown,
    /// It varies with the row, or with the time.
    Not,
}

/// Without conversions that change nothing, and without a collation.
pub(super) fn bare(it: &Expression) -> &Expression {
    match &it.node {
        Node::Relabel { operand, .. } | Node::Collate { operand, .. } => bare(operand),
        _ => it,
    }
}

pub(super) fn collation_of(it: &Expression) -> Option<&Ident> {
    match &it.node {
        Node::Collate { collation, .. } => Some(collation),
        Node::Relabel { operand, .. } => collation_of(operand),
        _ => None,
    }
}

pub(super) struct Simplify<'a> {
    pub(super) scope: &'a dyn Scope,
}

impl Simplify<'_> {
    pub(super) fn constant(&self, it: &Expression) -> Constant {
        let mut varies = it.volatility() != Volatility::Immutable;
        it.visit(&mut |it| {
            varies |= matches!(it.node, Node::Column(_) | Node::Query(_) | Node::Aggregate(_) | Node::CaseTest);
        });
        // Elements of an array are converted one by one.
        if varies {
            return Constant::Not;
        }
        match constant_text(it, self.scope) {
            Some(Some(text)) => Constant::Value(Value::text(&text)),
            Some(None) => Constant::Value(Value::Null),
            None => match &it.node {
                Node::Operator { .. } | Node::Function { .. } => self.computed(it),
                _ => Constant::Unknown,
            },
        }
    }

    /// Sums and products of whole numbers.
    fn computed(&self, it: &Expression) -> Constant {
        match self.number(it) {
            Some(number) => Constant::Value(Value::text(&number.to_string())),
            None => Constant::Unknown,
        }
    }

    fn number(&self, it: &Expression) -> Option<i64> {
        if !it.type_.is_any(&[Type::INT2, Type::INT4, Type::INT8]) {
            return None;
        }
        match &it.node {
            Node::Constant(Written::Text(text)) => text.parse().ok(),
            Node::Operator { operator, arguments } => {
                let values = arguments.iter().map(|it| self.number(it)).collect::<Option<Vec<i64>>>()?;
                let made = match (operator.symbol, values.as_slice()) {
                    ("+", [a, b]) => a.checked_add(*b)?,
                    ("-", [a, b]) => a.checked_sub(*b)?,
                    ("*", [a, b]) => a.checked_mul(*b)?,
                    ("-", [a]) => a.checked_neg()?,
                    _ => return None,
                };
                (it.type_.is(Type::INT8) || i32::try_from(made).is_ok()).then_some(made)
            }
            Node::Function { function, arguments, .. } if function.name.is_empty() => match arguments.as_slice() {
                [only] => self.number(only),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn restriction(&mut self, it: &Expression) -> Restriction {
        self.condition(it, false)
    }

    /// `negated`: it stands after `NOT` (`negate_clause`).
    fn condition(&self, it: &Expression, negated: bool) -> Restriction {
        match &it.node {
            Node::Not(operand) => self.condition(operand, !negated),
            Node::And(items) | Node::Or(items) => {
                let all = matches!(it.node, Node::And(_)) != negated;
                let made: Vec<Restriction> = items.iter().map(|it| self.condition(it, negated)).collect();
                if all { conjunction(made) } else { disjunction(made) }
            }
            Node::NullTest { operand, negated: not } => match self.constant(operand) {
                Constant::Value(value) => truth(value.is_null() != (*not != negated)),
                Constant::Unknown => Restriction::Unknown,
                Constant::Not => Restriction::Null { operand: bare(operand).clone(), negated: *not != negated },
            },
            Node::BooleanTest { operand, value, negated: not } => self.boolean_test(operand, *value, *not != negated),
            Node::ScalarArray { operator, any, left, array } => {
                let operator = if negated { negator(operator) } else { Some(operator.symbol) };
                self.several(operator, *any != negated, left, array, it)
            }
            Node::Operator { operator, arguments } => {
                let [left, right] = arguments.as_slice() else { return self.plain(it, negated) };
                if left.type_.is(Type::BOOL)
                    && right.type_.is(Type::BOOL)
                    && matches!(operator.symbol, "=" | "<>")
                    && let Some(made) = self.compared_with_truth(operator.symbol, left, right, negated)
                {
                    return made;
                }
                self.comparison(operator, left, right, negated)
            }
            Node::Constant(Written::Null) => Restriction::False,
            Node::Constant(Written::Text(text)) => truth((&**text == "t") != negated),
            _ => self.plain(it, negated),
        }
    }

    /// A condition of another kind: a column of truth values, or what says nothing.
    fn plain(&self, it: &Expression, negated: bool) -> Restriction {
        match self.constant(it) {
            Constant::Value(Value::Null) => Restriction::False,
            Constant::Value(value) => match value.as_text() {
                Some(text) => truth((text == "t" || text == "true") != negated),
                None => Restriction::Unknown,
            },
            Constant::Unknown => Restriction::Unknown,
            Constant::Not => Restriction::Truth { operand: bare(it).clone(), value: !negated, tested: false },
        }
    }

    /// `b = true` becomes `b`, `b = false` becomes `NOT b` (`simplify_boolean_equality`).
    fn compared_with_truth(
        &self,
        symbol: &str,
        left: &Expression,
        right: &Expression,
        negated: bool,
    ) -> Option<Restriction> {
        let (operand, constant) = match (&left.node, &right.node) {
            (_, Node::Constant(Written::Text(text))) => (left, text),
            (Node::Constant(Written::Text(text)), _) => (right, text),
            _ => return None,
        };
        let wanted = (&**constant == "t") == (symbol == "=");
        Some(self.condition(operand, negated == wanted))
    }

    fn boolean_test(&self, operand: &Expression, value: Option<bool>, negated: bool) -> Restriction {
        let (inner, not) = match &operand.node {
            Node::Not(inner) => (&**inner, true),
            _ => (operand, false),
        };
        if !matches!(self.constant(operand), Constant::Not) {
            return Restriction::Unknown;
        }
        match value {
            None => Restriction::Other,
            // The key itself is looked for, not what is negated.
            Some(_) if not => Restriction::Other,
            Some(value) => {
                let operand = bare(inner).clone();
                match negated {
                    false => Restriction::Truth { operand, value, tested: true },
                    true => Restriction::NotTruth { operand, value },
                }
            }
        }
    }

    fn comparison(&self, operator: &Operator, left: &Expression, right: &Expression, negated: bool) -> Restriction {
        let symbol = match negated {
            true => negator(operator),
            false => Some(operator.symbol),
        };
        let (operand, constant, turned) = match (self.constant(left), self.constant(right)) {
            (Constant::Not, Constant::Not) => return Restriction::Other,
            (Constant::Not, constant) => (left, constant, false),
            (constant, Constant::Not) => (right, constant, true),
            (Constant::Value(Value::Null), _) | (_, Constant::Value(Value::Null)) => return Restriction::False,
            (Constant::Value(a), Constant::Value(b)) => return fold(symbol, &a, &b, left.type_),
            _ => return Restriction::Unknown,
        };
        let value = match constant {
            Constant::Value(Value::Null) if operator.function.strict => return Restriction::False,
            Constant::Value(value) => value.as_text().map(Arc::from),
            _ => None,
        };
        let symbol = symbol.map(|it| if turned { commuted(it) } else { it });
        let immutable = operator.function.volatility == Volatility::Immutable && !operator.function.is_made();
        match (symbol, value) {
            (Some(symbol), Some(value)) if immutable && is_comparison(symbol) => {
                let other = if turned { left } else { right };
                let collation = collation_of(operand).or(collation_of(other)).cloned();
                let type_ = other.type_.bare();
                Restriction::Compare { operand: bare(operand).clone(), operator: symbol, value, type_, collation }
            }
            (Some(symbol), None) if is_comparison(symbol) && immutable => Restriction::Unknown,
            _ => Restriction::Other,
        }
    }

    fn several(
        &self,
        operator: Option<&'static str>,
        any: bool,
        left: &Expression,
        array: &Expression,
        whole: &Expression,
    ) -> Restriction {
        let Node::ScalarArray { operator: written, .. } = &whole.node else { return Restriction::Other };
        let immutable = written.function.volatility == Volatility::Immutable && !written.function.is_made();
        let Some(symbol) = operator.filter(|it| immutable && is_comparison(it)) else { return Restriction::Other };
        if !matches!(self.constant(left), Constant::Not) {
            return Restriction::Unknown;
        }
        let array = match &bare(array).node {
            // Elements that are only called by another name.
            Node::ConvertArray { operand, element, .. } if matches!(bare(element).node, Node::CaseTest) => operand,
            _ => array,
        };
        let Node::Array(elements) = &bare(array).node else {
            let type_ = array.type_.element().unwrap_or(left.type_).bare();
            return match self.constant(array) {
                Constant::Value(value) if value.as_text().and_then(elements).is_some() => {
                    let values = value.as_text().and_then(elements).unwrap_or_default();
                    let (operand, collation) = (bare(left).clone(), collation_of(left).cloned());
                    Restriction::Several { operand, operator: symbol, any, values, type_, collation }
                }
                Constant::Not => Restriction::Other,
                Constant::Value(Value::Null) => Restriction::False,
                _ => Restriction::Unknown,
            };
        };
        let mut values = vec![];
        for element in elements {
            match self.constant(element) {
                Constant::Value(Value::Null) => values.push(None),
                Constant::Value(value) => match value.as_text().map(Arc::from) {
                    Some(text) => values.push(Some(text)),
                    None => return Restriction::Unknown,
                },
                Constant::Unknown => return Restriction::Unknown,
                Constant::Not => return Restriction::Other,
            }
        }
        let type_ = elements.first().map_or(left.type_, |it| it.type_).bare();
        let operand = bare(left).clone();
        let collation = collation_of(left).cloned();
        Restriction::Several { operand, operator: symbol, any, values, type_, collation }
    }
}

/// The elements of a plain array of one dimension.
fn elements(text: &str) -> Option<Vec<Option<Arc<str>>>> {
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    if inside.is_empty() || inside.contains(['"', '\\', '{', '}']) {
        return None;
    }
    Some(inside.split(',').map(|it| (!it.eq_ignore_ascii_case("null")).then(|| it.into())).collect())
}

fn truth(value: bool) -> Restriction {
    if value { Restriction::True } else { Restriction::False }
}

fn conjunction(items: Vec<Restriction>) -> Restriction {
    match items.contains(&Restriction::False) {
        true => Restriction::False,
        false => Restriction::And(items.into_iter().filter(|it| *it != Restriction::True).collect()),
    }
}

fn disjunction(items: Vec<Restriction>) -> Restriction {
    if items.contains(&Restriction::True) {
        return Restriction::True;
    }
    let mut kept: Vec<Restriction> = items.into_iter().filter(|it| *it != Restriction::False).collect();
    match kept.len() {
        0 => Restriction::False,
        1 => kept.remove(0),
        _ => Restriction::Or(kept),
    }
}

/// Two constants compared, where the same text or whole numbers tell.
fn fold(symbol: Option<&str>, a: &Value, b: &Value, type_: Type) -> Restriction {
    let (Some(symbol), Some(a), Some(b)) = (symbol, a.as_text(), b.as_text()) else { return Restriction::Unknown };
    let order = match (a.parse::<i64>(), b.parse::<i64>()) {
        (Ok(a), Ok(b)) if type_.is_any(&[Type::INT2, Type::INT4, Type::INT8]) => a.cmp(&b),
        _ if a == b => std::cmp::Ordering::Equal,
        _ => return Restriction::Unknown,
    };
    match symbol {
        "=" => truth(order.is_eq()),
        "<>" => truth(order.is_ne()),
        "<" => truth(order.is_lt()),
        "<=" => truth(order.is_le()),
        ">" => truth(order.is_gt()),
        ">=" => truth(order.is_ge()),
        _ => Restriction::Unknown,
    }
}

fn is_comparison(symbol: &str) -> bool {
    matches!(symbol, "=" | "<>" | "<" | "<=" | ">" | ">=")
}

fn negator(operator: &Operator) -> Option<&'static str> {
    Some(match operator.symbol {
        "=" => "<>",
        "<>" => "=",
        "<" => ">=",
        "<=" => ">",
        ">" => "<=",
        ">=" => "<",
        _ => return None,
    })
}

fn commuted(symbol: &'static str) -> &'static str {
    match symbol {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        same => same,
    }
}
