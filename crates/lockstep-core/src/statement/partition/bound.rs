//! `FOR VALUES …`: `transformPartitionBound`.

use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::{self, Context};
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::schema::index::KeyColumn;
use crate::schema::partition::{Bound, Datum, Limit, PartitionKey, Strategy};
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::scope::{TableScope, Use, check_enum_values};
use crate::syntax::expression::Expr;
use crate::syntax::statement::PartitionBound;

fn refuse<T>(message: impl Into<String>) -> Outcome<T> {
    fail(sqlstate::INVALID_TABLE_DEFINITION, message)
}

/// The bound as the catalog keeps it; `parent` is partitioned.
pub(in crate::statement) fn transform(
    execution: &Execution,
    parent: RelationId,
    written: &PartitionBound,
) -> Outcome<Bound> {
    let Some(key) = execution.schema.table(parent).partition_key.clone() else {
        let message = format!("\"{}\" is not partitioned", execution.bare_name(parent));
        return fail(sqlstate::INVALID_OBJECT_DEFINITION, message);
    };
    match (written, key.strategy) {
        (PartitionBound::Default, Strategy::Hash) => {
            refuse("a hash-partitioned table may not have a default partition")
        }
        (PartitionBound::Default, _) => Ok(Bound::Default),
        (PartitionBound::Hash { modulus, remainder }, Strategy::Hash) => {
            if *modulus == 0 {
                return refuse("modulus for hash partition must be an integer value greater than zero");
            }
            if remainder >= modulus {
                return refuse("remainder for hash partition must be less than modulus");
            }
            Ok(Bound::Hash { modulus: *modulus, remainder: *remainder })
        }
        (PartitionBound::In(values), Strategy::List) => {
            let mut made: Vec<Datum> = vec![];
            for value in values {
                let value = constant(execution, parent, &key, 0, value)?;
                if !made.contains(&value) {
                    made.push(value);
                }
            }
            Ok(Bound::List(made))
        }
        (PartitionBound::Range { from, to }, Strategy::Range) => {
            for (word, side) in [("FROM", from), ("TO", to)] {
                if side.len() != key.keys.len() {
                    return refuse(format!("{word} must specify exactly one value per partitioning column"));
                }
            }
            let from = limits(execution, parent, &key, from)?;
            let to = limits(execution, parent, &key, to)?;
            Ok(Bound::Range { from, to })
        }
        (_, strategy) => {
            let article = strategy.word().to_lowercase();
            refuse(format!("invalid bound specification for a {article} partition"))
        }
    }
}

fn limits(execution: &Execution, parent: RelationId, key: &PartitionKey, written: &[Expr]) -> Outcome<Vec<Limit>> {
    let mut made = vec![];
    for (place, value) in written.iter().enumerate() {
        let word = match value {
            Expr::Column(parts) if parts.len() == 1 => parts[0].as_str(),
            _ => "",
        };
        made.push(match word {
            "minvalue" => Limit::MinValue,
            "maxvalue" => Limit::MaxValue,
            _ => match constant(execution, parent, key, place, value)? {
                Some(text) => Limit::Value(text),
                None => {
                    return fail(sqlstate::INVALID_OBJECT_DEFINITION, "cannot specify NULL in range bound");
                }
            },
        });
    }
    // `validateInfiniteBounds`.
    for pair in made.windows(2) {
        let word = match pair {
            [Limit::MinValue, next] if *next != Limit::MinValue => "MINVALUE",
            [Limit::MaxValue, next] if *next != Limit::MaxValue => "MAXVALUE",
            _ => continue,
        };
        return fail(sqlstate::DATATYPE_MISMATCH, format!("every bound following {word} must also be {word}"));
    }
    Ok(made)
}

/// `transformPartitionBoundValue`.
fn constant(
    execution: &Execution,
    parent: RelationId,
    key: &PartitionKey,
    place: usize,
    written: &Expr,
) -> Outcome<Datum> {
    match constant_of_type(execution, parent, key, place, written, key.keys[place].type_) {
        // What moment it is depends on the session's time zone; the order of such bounds does not.
        Err(Stop::Unknown(_)) if key.keys[place].type_.is(Type::TIMESTAMPTZ) => {
            constant_of_type(execution, parent, key, place, written, Type::TIMESTAMP)
        }
        other => other,
    }
}

fn constant_of_type(
    execution: &Execution,
    parent: RelationId,
    key: &PartitionKey,
    place: usize,
    written: &Expr,
    type_: Type,
) -> Outcome<Datum> {
    let part = &key.keys[place];
    let scope = TableScope { execution, table: None, alias: None };
    let made = expression::analyze(written, &scope, Use::PartitionBound)?;
    check_enum_values(execution, written, &made)?;
    let bare = Type { modifier: -1, ..type_ };
    let Some(made) = expression::coerce_to_target(made, &type_, Context::Assignment, &scope)? else {
        let name = match &part.column {
            KeyColumn::Attribute(number) => execution.schema.table(parent).column_name(*number).as_str().to_owned(),
            KeyColumn::Expression(expression) => execution.schema.print_expression(parent, expression),
        };
        let type_ = execution.schema.format_type(&bare);
        let message = format!("specified value cannot be cast to type {type_} for column \"{name}\"");
        return fail(sqlstate::DATATYPE_MISMATCH, message);
    };
    match expression::constant_text(&made, &scope) {
        Some(text) => Ok(text.map(Arc::from)),
        None => unknown("the value of a partition bound is not known"),
    }
}
