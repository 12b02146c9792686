//! Expressions that certainly yield a value, whichever it is.

use crate::expression::evaluate::value::Value;
use crate::expression::node::{Constant, Expression, Node};
use crate::pg::catalog::extension;
use crate::pg::types::Type;

/// Functions that yield a value for any values (`clock_timestamp` and its like for none).
const TOTAL: [&str; 32] = [
    "abs",
    "btrim",
    "ceil",
    "char_length",
    "clock_timestamp",
    "concat",
    "date_trunc",
    "floor",
    "gen_random_uuid",
    "initcap",
    "left",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "make_interval",
    "md5",
    "nextval",
    "now",
    "random",
    "repeat",
    "replace",
    "right",
    "round",
    "rpad",
    "rtrim",
    "statement_timestamp",
    "substr",
    "substring",
    "timezone",
    "transaction_timestamp",
    "upper",
];

/// Operators that yield a value for any values: arithmetic, comparison and concatenation.
const TOTAL_OPERATORS: [&str; 16] =
    ["+", "-", "*", "/", "%", "||", "=", "<>", "<", "<=", ">", ">=", "~~", "!~~", "~~*", "!~~*"];

/// Functions of extensions that always make a value.
const MADE_UP: [&str; 5] =
    ["gen_random_uuid", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "gen_random_bytes"];

/// Whether the expression yields a value for the row, or an error: no null.
pub fn never_null(expression: &Expression, row: &[Value]) -> bool {
    let all = |items: &[Expression]| items.iter().all(|it| never_null(it, row));
    match &expression.node {
        Node::Column(number) => row.get(usize::from(*number).wrapping_sub(1)).is_some_and(Value::is_value),
        Node::Constant(constant) => !matches!(constant, Constant::Null),
        Node::Function { function, arguments, .. } => {
            // Taking a part of a text by a pattern may find none.
            let pattern = function.name == "substring" && arguments.get(1).is_some_and(|it| it.type_.is(Type::TEXT));
            // A conversion has no name; of `jsonb`, whose null may become one, none is meant.
            let converts = function.name.is_empty() && !arguments.iter().any(|it| it.type_.is(Type::JSONB));
            let makes_up = extension::member(function.oid).is_some_and(|it| MADE_UP.contains(&it.name));
            (converts || makes_up || TOTAL.contains(&function.name)) && !pattern && all(arguments)
        }
        Node::Operator { operator, arguments } => {
            let own = !extension::is_member(operator.function.oid);
            own && TOTAL_OPERATORS.contains(&operator.symbol) && all(arguments)
        }
        Node::Distinct { .. } | Node::NullTest { .. } | Node::BooleanTest { .. } | Node::Value(_) => true,
        Node::Array(_) | Node::Row(_) | Node::Composite { .. } => true,
        Node::Coalesce(items) | Node::MinMax { arguments: items, .. } => items.iter().any(|it| never_null(it, row)),
        Node::And(items) | Node::Or(items) => all(items),
        Node::Not(operand)
        | Node::Relabel { operand, .. }
        | Node::ThroughText { operand, .. }
        | Node::ConvertArray { operand, .. }
        | Node::ToDomain { operand, .. }
        | Node::Collate { operand, .. }
        | Node::Named { operand, .. } => never_null(operand, row),
        Node::Case { whens, otherwise, .. } => {
            whens.iter().all(|(_, then)| never_null(then, row)) && never_null(otherwise, row)
        }
        Node::ScalarArray { .. } | Node::NullIf { .. } | Node::CaseTest | Node::Subscript { .. } => false,
        Node::Field { .. } => false,
        Node::Aggregate(_) | Node::Query(_) => false,
    }
}
