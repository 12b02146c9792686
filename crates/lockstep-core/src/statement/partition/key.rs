//! `PARTITION BY`: `transformPartitionSpec` and `ComputePartitionAttrs`.

use crate::effect::RelationId;
use crate::expression::Volatility;
use crate::pg::sqlstate;
use crate::schema::index::{IndexKey, KeyColumn};
use crate::schema::partition::{PartitionKey, Strategy};
use crate::statement::column::{check_name, check_storable, transform_collation};
use crate::statement::create_operator_class;
use crate::statement::define_index::operator_class_of;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::scope::{self, Use};
use crate::syntax::expression::Expr;
use crate::syntax::statement as syntax;

/// `PARTITION_MAX_KEYS`.
const MAX_KEYS: usize = 32;

/// `parsePartitionStrategy` and what can be said before the table exists.
pub(in crate::statement) fn strategy(key: &syntax::PartitionKey) -> Outcome<Strategy> {
    let strategy = match key.strategy.as_str() {
        "range" => Strategy::Range,
        "list" => Strategy::List,
        "hash" => Strategy::Hash,
        word => {
            return fail(sqlstate::INVALID_PARAMETER_VALUE, format!("unrecognized partitioning strategy \"{word}\""));
        }
    };
    if key.keys.len() > MAX_KEYS {
        let message = format!("cannot partition using more than {MAX_KEYS} columns");
        return fail(sqlstate::TOO_MANY_COLUMNS, message);
    }
    if strategy == Strategy::List && key.keys.len() != 1 {
        let message = "cannot use \"list\" partition strategy with more than one column";
        return fail(sqlstate::INVALID_OBJECT_DEFINITION, message);
    }
    Ok(strategy)
}

pub(in crate::statement) fn compute(
    execution: &mut Execution,
    table: RelationId,
    written: &syntax::PartitionKey,
) -> Outcome<PartitionKey> {
    let strategy = strategy(written)?;
    let method = if strategy == Strategy::Hash { "hash" } else { "btree" };
    let mut keys = vec![];
    for key in &written.keys {
        let (column, type_, own_collation) = match &key.expression {
            Expr::Column(parts) if parts.len() == 1 => {
                let name = &parts[0];
                let Some((number, column)) = execution.schema.table(table).column(name.as_str()) else {
                    if check_name(name).is_err() {
                        let message = format!("cannot use system column \"{}\" in partition key", name.as_str());
                        return fail(sqlstate::INVALID_OBJECT_DEFINITION, message);
                    }
                    let message = format!("column \"{}\" named in partition key does not exist", name.as_str());
                    return fail(sqlstate::UNDEFINED_COLUMN, message);
                };
                if column.generated.is_some() {
                    return fail(sqlstate::INVALID_OBJECT_DEFINITION, "cannot use generated column in partition key");
                }
                (KeyColumn::Attribute(number), column.type_, column.collation.clone())
            }
            expression => {
                let made = scope::analyze(execution, table, expression, Use::PartitionKey)?;
                check_storable(execution, format_args!("partition key column {}", keys.len() + 1), made.type_())?;
                if scope::planned(execution, &made).volatility() != Volatility::Immutable {
                    let message = "functions in partition key expression must be marked IMMUTABLE";
                    return fail(sqlstate::INVALID_OBJECT_DEFINITION, message);
                }
                if made.columns().is_empty() {
                    let message = "cannot use constant expression as partition key";
                    return fail(sqlstate::INVALID_OBJECT_DEFINITION, message);
                }
                let type_ = *made.type_();
                (KeyColumn::Expression(made), type_, None)
            }
        };
        let collation = match &key.collation {
            Some(collation) => transform_collation(execution, &type_, collation)?,
            None => None,
        };
        if key.descending.is_some() || key.nulls_first.is_some() {
            return unknown("an order in a partition key is not modelled");
        }
        let own = match &key.operator_class {
            Some(class) => create_operator_class::of_key(execution, table, class, &type_, strategy)?,
            None => None,
        };
        let operator_class = match own {
            Some(class) => Some(class),
            None => operator_class_of(execution, &type_, key, method)?,
        };
        let collation = collation.filter(|it| Some(it) != own_collation.as_ref());
        let (descending, nulls_first) = (false, false);
        keys.push(IndexKey {
            column,
            type_,
            collation,
            operator_class,
            class_options: vec![],
            descending,
            nulls_first,
            statistics: None,
        });
    }
    Ok(PartitionKey { strategy, keys })
}
