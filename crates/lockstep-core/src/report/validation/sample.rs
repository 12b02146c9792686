//! Variants of a query that ask a part of a large table.

use crate::effect::RelationId;
use crate::report::validation::wire::Sample;
use crate::schema::Schema;
use crate::schema::index::Index;
use crate::simulate::trace::Trace;

/// Smaller tables are read as a whole.
const LARGE: f64 = 1e6;
/// So many rows are asked, about.
const SAMPLED: f64 = 100_000.0;

/// Rows that facts give to the table.
pub(super) fn rows(trace: &Trace, schema: &Schema, table: RelationId) -> Option<f64> {
    let name = &schema.get(table)?.name;
    trace.plan.facts.of(name.schema.as_str(), name.name.as_str())?.rows
}

/// What stands for a part of the table's rows, and that part in words; `None` for a small table and for one that
/// cannot be sampled.
fn part(trace: &Trace, schema: &Schema, table: RelationId) -> Option<(String, String)> {
    let relation = schema.get(table)?;
    if !matches!(relation.kind(), 'r' | 'p' | 'm') {
        return None;
    }
    let percent = match rows(trace, schema, table) {
        Some(rows) if rows < LARGE => return None,
        Some(rows) => SAMPLED / rows * 100.0,
        None => 1.0,
    };
    let percent = number(percent.clamp(0.001, 10.0));
    Some((format!("{} TABLESAMPLE SYSTEM ({percent})", relation.name), format!("{percent} % of its pages")))
}

/// Two digits that count.
fn number(it: f64) -> String {
    let digits = if it >= 1.0 { 1 } else { 4 };
    let text = format!("{it:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The query that `make` writes for the rows it is given.
pub(super) fn of_table(
    trace: &Trace,
    schema: &Schema,
    table: RelationId,
    make: impl Fn(&str) -> (Vec<String>, String),
) -> Option<Sample> {
    let (rows, part) = part(trace, schema, table)?;
    let (setup, query) = make(&rows);
    Some(Sample { setup, query, part })
}

/// A derived table of a part of the rows, for queries that give it a name of their own.
pub(super) fn derived(rows: &str) -> String {
    format!("(SELECT * FROM {rows})")
}

/// Two rows of one key are rarely in the same sample: this asks every row of some keys.
pub(super) fn of_keys(trace: &Trace, schema: &Schema, index: &Index) -> Option<Sample> {
    part(trace, schema, index.table)?;
    let keys = schema.key_texts(index).join(", ");
    let name = &schema.get(index.table)?.name;
    let mut conditions = schema.kept_apart(index);
    conditions.push(format!("hashtext(CAST(ROW({keys}) AS text)) % 64 = 0"));
    let query = format!(
        "SELECT count(*) FROM (SELECT 1 FROM {name} WHERE {} GROUP BY {keys} HAVING count(*) > 1) AS duplicates",
        conditions.join(" AND ")
    );
    Some(Sample { setup: vec![], query, part: "every 64th key".into() })
}
