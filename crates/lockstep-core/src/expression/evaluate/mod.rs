//! Expressions computed over one row, exactly as `execExprInterp.c` does: a value, the error that the
//! server raises, or nothing where the model does not know. Never a guess.

mod arithmetic;
mod certainty;
mod conversion;
mod decimal;
mod function;
mod pattern;
mod range;
mod regex;
mod value;

#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use triomphe::Arc;

use crate::effect::PgError;
use crate::expression::node::{Constant, Expression, Node, Operator};
use crate::expression::scope::{Scope, UserTypeInfo};
use crate::expression::typing::{base_type, is_enum};
use crate::pg::catalog::extension::is_member;
use crate::pg::sqlstate;
use crate::pg::types::{Type, TypeRef};

pub use certainty::never_null;
pub use value::{Value, compare, equal};

/// Why there is no value.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// The server raises this.
    Error(PgError),
    Unknown,
}

pub type Computed<T = Value> = Result<T, Trouble>;

/// The checks of a domain, those beneath first, each domain's own by name (`load_domaintype_info`).
#[derive(Debug, Clone, Default)]
pub struct DomainChecks {
    pub name: String,
    pub not_null: bool,
    pub checks: Vec<(String, Arc<Expression>)>,
}

/// What surrounds the computation.
pub trait Environment: Scope {
    fn domain_checks(&self, id: u32) -> Option<DomainChecks>;

    /// `nextval`.
    fn next_value(&self, _sequence: u32) -> Computed {
        Err(Trouble::Unknown)
    }
}

/// One row: attribute number one is its first value.
pub struct Evaluation<'a> {
    pub environment: &'a dyn Environment,
    pub row: &'a [Value],
}

pub(super) fn error<T>(sqlstate: sqlstate::SqlState, message: impl Into<String>) -> Computed<T> {
    Err(Trouble::Error(PgError::new(sqlstate, message)))
}

/// A boolean that may be null.
type Truth = Option<bool>;

impl Evaluation<'_> {
    pub fn value(&self, expression: &Expression) -> Computed {
        self.compute(expression, None)
    }

    /// The value, or as much as is known of it; an error stays one.
    pub fn known(&self, expression: &Expression) -> Computed {
        match self.value(expression) {
            Err(Trouble::Unknown) if never_null(expression, self.row) => Ok(Value::Something),
            Err(Trouble::Unknown) => Ok(Value::Unknown),
            other => other,
        }
    }

    /// Of a condition.
    pub fn truth(&self, expression: &Expression) -> Computed<Truth> {
        truth(self.value(expression)?)
    }

    fn base(&self, expression: &Expression) -> Type {
        base_type(expression.type_, self.environment)
    }

    /// `case`: the operand of the `CASE` around it.
    fn compute(&self, it: &Expression, case: Option<&Value>) -> Computed {
        let inner = |expression: &Expression| self.compute(expression, case);
        match &it.node {
            // No row holds number 0, which is the whole row.
            Node::Column(number) => match self.row.get(usize::from(*number).wrapping_sub(1)) {
                Some(Value::Unknown) | None => Err(Trouble::Unknown),
                Some(value) => Ok(value.clone()),
            },
            Node::Constant(Constant::Null) => Ok(Value::Null),
            Node::Constant(Constant::Text(text)) => Ok(Value::of(text, self.base(it))),
            Node::Constant(Constant::Relation(_)) | Node::Subscript { .. } | Node::Row(_) => Err(Trouble::Unknown),
            Node::Aggregate(_) | Node::Query(_) => Err(Trouble::Unknown),
            Node::Composite { fields, .. } => {
                let values = fields.iter().map(inner).collect::<Computed<Vec<Value>>>()?;
                Ok(Value::Composite(values.into()))
            }
            Node::Field { operand, number, .. } => match inner(operand)? {
                Value::Null => Ok(Value::Null),
                Value::Composite(fields) => match fields.get(usize::from(*number).wrapping_sub(1)) {
                    Some(Value::Unknown) | None => Err(Trouble::Unknown),
                    Some(value) => Ok(value.clone()),
                },
                _ => Err(Trouble::Unknown),
            },
            Node::CaseTest => case.cloned().ok_or(Trouble::Unknown),
            Node::Value(_) => Ok(Value::Something),
            Node::Named { operand, .. } | Node::Collate { operand, .. } => inner(operand),
            Node::Relabel { operand, .. } => relabelled(inner(operand)?, self.base(operand), self.base(it)),
            Node::ThroughText { operand, .. } => {
                conversion::through_text(&inner(operand)?, self.base(operand), self.base(it), self.environment)
            }
            Node::ToDomain { operand, .. } => self.to_domain(inner(operand)?, it.type_),
            Node::Function { function, arguments, .. } => {
                if let ("nextval", [sequence]) = (function.name, arguments.as_slice()) {
                    return self.next_value(sequence);
                }
                let values = arguments.iter().map(inner).collect::<Computed<Vec<Value>>>()?;
                if function.strict && values.iter().any(Value::is_null) {
                    return Ok(Value::Null);
                }
                let types: Vec<Type> = arguments.iter().map(|it| self.base(it)).collect();
                match function.name {
                    "" => conversion::cast(&values, &types, self.base(it)),
                    name => function::call(name, &values, &types),
                }
            }
            Node::Operator { operator, arguments } => {
                let values = arguments.iter().map(inner).collect::<Computed<Vec<Value>>>()?;
                if values.iter().any(Value::is_null) {
                    return match operator.function.strict {
                        true => Ok(Value::Null),
                        // `anynonarray || text`, which planning replaces by a strict one.
                        false if operator.symbol == "||" && !arguments.iter().any(|it| it.type_.array) => {
                            Ok(Value::Null)
                        }
                        false => Err(Trouble::Unknown),
                    };
                }
                self.operate(operator, arguments, &values, it)
            }
            Node::Distinct { operator, arguments } => {
                let values = arguments.iter().map(inner).collect::<Computed<Vec<Value>>>()?;
                Ok(Value::Boolean(match values.as_slice() {
                    [Value::Null, Value::Null] => false,
                    [Value::Null, other] | [other, Value::Null] if other.is_value() => true,
                    _ => truth(self.operate(operator, arguments, &values, it)?)? != Some(true),
                }))
            }
            Node::NullIf { operator, arguments } => {
                let values = arguments.iter().map(inner).collect::<Computed<Vec<Value>>>()?;
                if values.iter().any(Value::is_null) {
                    return values.into_iter().next().ok_or(Trouble::Unknown);
                }
                match truth(self.operate(operator, arguments, &values, it)?)? {
                    Some(true) => Ok(Value::Null),
                    _ => values.into_iter().next().ok_or(Trouble::Unknown),
                }
            }
            Node::ScalarArray { operator, any, left, array } => self.quantified(operator, *any, left, array, case),
            Node::And(items) => junction(items.iter().map(inner), false),
            Node::Or(items) => junction(items.iter().map(inner), true),
            Node::Not(operand) => Ok(boolean(truth(inner(operand)?)?.map(|it| !it))),
            Node::NullTest { operand, negated } => {
                let is_null = match inner(operand) {
                    Ok(value) => value.is_null(),
                    Err(Trouble::Unknown) if never_null(operand, self.row) => false,
                    Err(trouble) => return Err(trouble),
                };
                Ok(Value::Boolean(is_null != *negated))
            }
            Node::BooleanTest { operand, value, negated } => {
                Ok(Value::Boolean((truth(inner(operand)?)? == *value) != *negated))
            }
            Node::Case { operand, whens, otherwise } => {
                let tested = match operand {
                    Some(operand) => Some(inner(operand)?),
                    None => None,
                };
                for (when, then) in whens {
                    if truth(self.compute(when, tested.as_ref().or(case))?)? == Some(true) {
                        return inner(then);
                    }
                }
                inner(otherwise)
            }
            Node::Coalesce(items) => {
                for item in items {
                    match inner(item)? {
                        Value::Null => {}
                        value => return Ok(value),
                    }
                }
                Ok(Value::Null)
            }
            Node::MinMax { greatest, arguments } => {
                let type_ = self.base(it);
                let mut best = Value::Null;
                for argument in arguments {
                    let value = inner(argument)?;
                    if value.is_null() {
                        continue;
                    }
                    let wanted = if *greatest { Ordering::Greater } else { Ordering::Less };
                    if best.is_null() || self.order(&value, &best, type_, false)? == wanted {
                        best = value;
                    }
                }
                Ok(best)
            }
            Node::ConvertArray { operand, element, .. } if matches!(element.node, Node::Relabel { .. }) => {
                inner(operand)
            }
            Node::ConvertArray { .. } | Node::Array(_) => Err(Trouble::Unknown),
        }
    }

    fn next_value(&self, sequence: &Expression) -> Computed {
        let mut of = sequence;
        while let Node::Relabel { operand, .. } = &of.node {
            of = operand;
        }
        match of.node {
            Node::Constant(Constant::Relation(id)) => self.environment.next_value(id),
            _ => Err(Trouble::Unknown),
        }
    }

    /// `left operator ANY | ALL (array)`, for arrays that are written out.
    fn quantified(
        &self,
        operator: &Operator,
        any: bool,
        left: &Expression,
        array: &Expression,
        case: Option<&Value>,
    ) -> Computed {
        let value = self.compute(left, case)?;
        let mut written = array;
        while let Node::ConvertArray { operand, element, .. } = &written.node
            && matches!(element.node, Node::Relabel { .. })
        {
            written = operand;
        }
        let Node::Array(elements) = &written.node else { return Err(Trouble::Unknown) };
        if value.is_null() && !elements.is_empty() {
            return Ok(Value::Null);
        }
        let tests = elements.iter().map(|element| {
            let other = self.compute(element, case)?;
            if other.is_null() {
                return Ok(Value::Null);
            }
            let operands = [left.clone(), element.clone()];
            self.operate(operator, &operands, &[value.clone(), other], left)
        });
        junction(tests, any)
    }

    /// No operand is null.
    fn operate(&self, operator: &Operator, operands: &[Expression], values: &[Value], result: &Expression) -> Computed {
        if is_member(operator.function.oid) {
            return Err(Trouble::Unknown);
        }
        let ([first, second], [left, right]) = (values, operands) else {
            return arithmetic::unary(operator.symbol, values, self.base(result));
        };
        let type_ = self.base(left);
        let comparison = |wanted: fn(Ordering) -> bool| {
            let by_bytes = [left, right].into_iter().any(sorts_by_bytes);
            Ok(Value::Boolean(wanted(self.order(first, second, type_, by_bytes)?)))
        };
        match operator.symbol {
            "=" | "<>" => {
                let same = self.same(first, second, type_, self.base(right))?;
                Ok(Value::Boolean(same == (operator.symbol == "=")))
            }
            "<" => comparison(Ordering::is_lt),
            "<=" => comparison(Ordering::is_le),
            ">" => comparison(Ordering::is_gt),
            ">=" => comparison(Ordering::is_ge),
            "~~" | "!~~" | "~~*" | "!~~*" => pattern::like(operator.symbol, first, second),
            "~" | "!~" | "~*" | "!~*" => regex::matches(operator.symbol, first, second),
            "&&" => range::overlap(first, second, type_).map(Value::Boolean).ok_or(Trouble::Unknown),
            "||" => match (value::to_text(first, type_), value::to_text(second, self.base(right))) {
                _ if type_.array || self.base(right).array || self.base(result) != Type::TEXT => Err(Trouble::Unknown),
                (Some(first), Some(second)) => Ok(Value::text(&format!("{first}{second}"))),
                _ => Ok(Value::Something),
            },
            symbol => arithmetic::binary(symbol, first, second, self.base(result)),
        }
    }

    /// Whether two values, neither of them null, are equal: the operator `=` of their types.
    pub fn same(&self, first: &Value, second: &Value, type_: Type, other: Type) -> Computed<bool> {
        let (type_, other) = (base_type(type_, self.environment).bare(), base_type(other, self.environment).bare());
        // Across types only numbers and strings are compared here.
        let plain = type_ == other || !matches!((first, second), (Value::Printed(_), _) | (_, Value::Printed(_)));
        let found = if plain { equal(first, second, type_) } else { None };
        match (first, second) {
            (Value::Printed(a), Value::Printed(b)) if is_enum(type_, self.environment) => Ok(a == b),
            _ => found.ok_or(Trouble::Unknown),
        }
    }

    /// Whether two ranges, neither of them null, have something in common.
    pub fn overlap(&self, first: &Value, second: &Value, type_: Type) -> Computed<bool> {
        range::overlap(first, second, base_type(type_, self.environment)).ok_or(Trouble::Unknown)
    }

    fn order(&self, first: &Value, second: &Value, type_: Type, by_bytes: bool) -> Computed<Ordering> {
        if let (TypeRef::User(id), Value::Printed(a), Value::Printed(b)) = (type_.base, first, second)
            && let Some(UserTypeInfo::Enum { labels }) = self.environment.user_type(id)
        {
            let place = |label: &str| labels.iter().position(|it| it == label).ok_or(Trouble::Unknown);
            return Ok(place(a)?.cmp(&place(b)?));
        }
        compare(first, second, type_, by_bytes).ok_or(Trouble::Unknown)
    }

    /// `ExecEvalConstraintNotNull` and `ExecEvalConstraintCheck`.
    pub fn to_domain(&self, value: Value, type_: Type) -> Computed {
        let TypeRef::User(id) = type_.base else { return Ok(value) };
        let Some(domain) = self.environment.domain_checks(id) else { return Err(Trouble::Unknown) };
        if domain.not_null && value.is_null() {
            return error(sqlstate::NOT_NULL_VIOLATION, format!("domain {} does not allow null values", domain.name));
        }
        let row = [value];
        let inside = Evaluation { environment: self.environment, row: &row };
        for (name, check) in &domain.checks {
            if inside.truth(check)? == Some(false) {
                let message = format!("value for domain {} violates check constraint \"{name}\"", domain.name);
                return error(sqlstate::CHECK_VIOLATION, message);
            }
        }
        let [value] = row;
        Ok(value)
    }
}

fn sorts_by_bytes(expression: &Expression) -> bool {
    matches!(&expression.node, Node::Collate { collation, .. } if matches!(collation.as_str(), "C" | "POSIX" | "ucs_basic"))
}

fn boolean(truth: Truth) -> Value {
    truth.map_or(Value::Null, Value::Boolean)
}

fn truth(value: Value) -> Computed<Truth> {
    match value {
        Value::Null => Ok(None),
        Value::Boolean(value) => Ok(Some(value)),
        _ => Err(Trouble::Unknown),
    }
}

/// `AND` ends at the first false one, `OR` at the first true one: what stands behind is not computed.
fn junction(items: impl Iterator<Item = Computed>, ends_at: bool) -> Computed {
    let mut result = Some(!ends_at);
    for item in items {
        match truth(item?)? {
            Some(value) if value == ends_at => return Ok(Value::Boolean(ends_at)),
            Some(_) => {}
            None => result = None,
        }
    }
    Ok(boolean(result))
}

/// The same bytes seen as another type (`RelabelType`).
fn relabelled(value: Value, from: Type, to: Type) -> Computed {
    let strings = [Type::TEXT, Type::VARCHAR, Type::BPCHAR];
    match &value {
        Value::Null | Value::Something => Ok(value),
        _ if from.bare() == to.bare() || from.is_any(&strings) && to.is_any(&strings) => Ok(value),
        _ if from.array && to.array => Ok(value),
        Value::Integer(_) if to.is(Type::OID) || from.is(Type::OID) => Err(Trouble::Unknown),
        Value::Printed(_) if from.is(Type::BIT) && to.is(Type::VARBIT) || from.is(Type::VARBIT) && to.is(Type::BIT) => {
            Ok(value)
        }
        _ => Ok(Value::Something),
    }
}
