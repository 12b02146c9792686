//! What a partition's bound says of its rows: `get_qual_from_partbound`.

use crate::effect::RelationId;
use crate::name::quote_literal;
use crate::pg::lock_mode::LockMode;
use crate::pg::types::Type;
use crate::schema::Schema;
use crate::schema::index::KeyColumn;
use crate::schema::partition::{Bound, Limit, PartitionKey};
use crate::statement::execution::Execution;

/// The condition over the columns of `parent`; `None` where every row satisfies it.
pub(crate) fn of_bound(schema: &Schema, parent: RelationId, bound: &Bound) -> Option<String> {
    let key = schema.table(parent).partition_key.clone()?;
    let names: Vec<String> = key.keys.iter().map(|it| operand(schema, parent, &it.column)).collect();
    match bound {
        Bound::List(values) => Some(list(schema, &key, &names[0], values)),
        Bound::Range { from, to } => {
            let mut parts: Vec<String> = names.iter().map(|name| format!("({name} IS NOT NULL)")).collect();
            parts.extend(range(schema, &key, &names, from, to));
            Some(format!("({})", parts.join(" AND ")))
        }
        Bound::Hash { modulus, remainder } => {
            let name = quote_literal(&schema.relation(parent).name.to_string());
            Some(format!("satisfies_hash_partition({name}::regclass, {modulus}, {remainder}, {})", names.join(", ")))
        }
        Bound::Default => {
            let others: Vec<String> = schema
                .children(parent)
                .into_iter()
                .filter_map(|id| schema.table(id).bound.clone())
                .filter(|it| **it != Bound::Default)
                .filter_map(|it| of_bound(schema, parent, &it))
                .collect();
            if others.is_empty() { None } else { Some(format!("(NOT ({}))", others.join(" OR "))) }
        }
    }
}

/// The condition of the bound together with those of the tables above (`get_partition_qual_relid`).
pub(crate) fn of_partition_of(schema: &Schema, parent: RelationId, bound: &Bound) -> Option<String> {
    let mut parts: Vec<String> = of_bound(schema, parent, bound).into_iter().collect();
    let mut current = parent;
    while let Some(above) = schema.partition_parent(current) {
        if let Some(bound) = schema.table(current).bound.clone() {
            parts.extend(of_bound(schema, above, &bound));
        }
        current = above;
    }
    if parts.is_empty() { None } else { Some(parts.join(" AND ")) }
}

fn operand(schema: &Schema, table: RelationId, column: &KeyColumn) -> String {
    match column {
        KeyColumn::Attribute(number) => schema.table(table).column_name(*number).to_string(),
        KeyColumn::Expression(expression) => format!("({})", schema.print_expression(table, expression)),
    }
}

fn literal(schema: &Schema, text: &str, type_: Type) -> String {
    format!("{}::{}", quote_literal(text), schema.format_type(&Type { modifier: -1, ..type_ }))
}

/// `get_qual_for_list`.
fn list(schema: &Schema, key: &PartitionKey, name: &str, values: &[crate::schema::partition::Datum]) -> String {
    let type_ = key.keys[0].type_;
    let constants: Vec<String> = values.iter().flatten().map(|text| literal(schema, text, type_)).collect();
    let equal = match constants.as_slice() {
        [] => None,
        [only] => Some(format!("({name} = {only})")),
        several => Some(format!("({name} = ANY (ARRAY[{}]))", several.join(", "))),
    };
    match (values.contains(&None), equal) {
        (true, Some(equal)) => format!("(({name} IS NULL) OR {equal})"),
        (true, None) => format!("({name} IS NULL)"),
        (false, equal) => format!("(({name} IS NOT NULL) AND {})", equal.unwrap_or_else(|| "false".to_owned())),
    }
}

/// `get_qual_for_range`, after the tests for null.
fn range(schema: &Schema, key: &PartitionKey, names: &[String], from: &[Limit], to: &[Limit]) -> Vec<String> {
    let value = |place: usize, limit: &Limit| match limit {
        Limit::Value(text) => literal(schema, text, key.keys[place].type_),
        _ => String::new(),
    };
    let mut parts = vec![];
    // Columns whose two limits agree are pinned to that value.
    let mut same = 0;
    while same + 1 < from.len() && from[same] == to[same] && matches!(from[same], Limit::Value(_)) {
        parts.push(format!("({} = {})", names[same], value(same, &from[same])));
        same += 1;
    }
    let mut side = |limits: &[Limit], strict: &str, last: &str, open: &Limit| {
        let mut arms = vec![];
        for place in same..limits.len() {
            if !matches!(limits[place], Limit::Value(_)) {
                // `MINVALUE` below and `MAXVALUE` above let everything pass from here on.
                if limits[place] == *open {
                    let before: Vec<String> =
                        (same..place).map(|it| format!("({} = {})", names[it], value(it, &limits[it]))).collect();
                    match before.as_slice() {
                        [] => return,
                        [only] => arms.push(only.clone()),
                        several => arms.push(format!("({})", several.join(" AND "))),
                    }
                }
                break;
            }
            let mut arm: Vec<String> =
                (same..place).map(|it| format!("({} = {})", names[it], value(it, &limits[it]))).collect();
            let is_last = place + 1 == limits.len();
            let operator = if is_last { last } else { strict };
            arm.push(format!("({} {operator} {})", names[place], value(place, &limits[place])));
            arms.push(if arm.len() == 1 { arm.concat() } else { format!("({})", arm.join(" AND ")) });
        }
        match arms.as_slice() {
            [] => parts.push("false".to_owned()),
            [only] => parts.push(only.clone()),
            several => parts.push(format!("({})", several.join(" OR "))),
        }
    };
    side(from, ">", ">=", &Limit::MinValue);
    side(to, "<", "<", &Limit::MaxValue);
    parts
}

/// `generate_partition_qual`: the bound of a partition is read with the tables above it, once in a session
/// (`rd_partcheck`).
pub(in crate::statement) fn read_bound(execution: &mut Execution, partition: RelationId) {
    let mut table = partition;
    while let Some(parent) = execution.schema.partition_parent(table) {
        let reason = "the partition's bound is read with its table's";
        execution.lock_for_rows(parent, LockMode::AccessShare, reason, false);
        table = parent;
    }
}
