//! The catalog in its normal form: the schema as JSON by name, without numbers, with definitions as the
//! server deparses them. Two databases with the same schema give the same value, and so does the model.

use postgres::Client;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};

const QUERY: &str = include_str!("normal_form.sql");

/// The tables whose rows are counted, by their name in the normal form.
const TABLES: &str = "
SELECT c.oid::regclass::text, CASE WHEN n.nspname = 'public' THEN '' ELSE n.nspname || '.' END || c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (c.relkind = 'r' OR c.relkind = 'm' AND c.relispopulated)
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1";

/// The normal form of the client's database. Sets the client's `search_path`, which decides how names are
/// printed: ask on a connection that runs no migration.
pub fn normal_form(client: &mut Client) -> Result<Value> {
    client.batch_execute("SET search_path = public")?;
    let sql = format!("SELECT schema::text, now()::date::text FROM ({QUERY}) AS it (schema)");
    let row = client.query_one(&sql, &[])?;
    let (text, today): (String, String) = (row.get(0), row.get(1));
    let parsed: Value = serde_json::from_str(&text).map_err(|error| Error::Query(format!("the catalog: {error}")))?;
    let mut form = strip(parsed);
    if let Some(relations) = form.get_mut("relations").and_then(Value::as_object_mut) {
        for relation in relations.values_mut() {
            name_columns(relation, &today);
            if let Some(acl) = relation.get_mut("acl").and_then(Value::as_array_mut) {
                acl.sort_by_key(ToString::to_string);
            }
        }
        count_rows(client, relations)?;
    }
    Ok(form)
}

/// A digest of every table's rows, whatever the order of rows and columns.
pub fn contents(client: &mut Client) -> Result<Map<String, Value>> {
    client.batch_execute("SET search_path = public")?;
    let mut digests = Map::new();
    for row in client.query(TABLES, &[])? {
        let (table, name): (String, String) = (row.get(0), row.get(1));
        let sql = format!(
            "SELECT count(*)::text || ' rows, ' || coalesce(md5(string_agg(line, E'\\n' ORDER BY line COLLATE \"C\")), '-') \
             FROM (SELECT to_jsonb(it)::text AS line FROM ONLY {table} AS it) AS lines"
        );
        digests.insert(name, Value::String(client.query_one(&sql, &[])?.get(0)));
    }
    Ok(digests)
}

/// Without nulls and empty objects, at every depth.
fn strip(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            let kept = entries.into_iter().map(|(key, value)| (key, strip(value)));
            Value::Object(kept.filter(|(_, value)| !value.is_null() && *value != json!({})).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(strip).collect()),
        other => other,
    }
}

/// Columns by name, with their position among those that are left.
fn name_columns(relation: &mut Value, today: &str) {
    let Some(Value::Array(list)) = relation.get("columns") else {
        return;
    };
    let mut columns = Map::new();
    for (index, column) in list.iter().enumerate() {
        let Value::Object(mut column) = column.clone() else { continue };
        let Some(Value::String(name)) = column.remove("name") else { continue };
        column.insert("pos".into(), json!(index + 1));
        if let Some(Value::String(missing)) = column.get_mut("missing") {
            *missing = hide_today(missing, today);
        }
        columns.insert(name, Value::Object(column));
    }
    relation["columns"] = Value::Object(columns);
}

/// A stored `now()` differs from run to run: `{"2026-11-25 03:00:00+00"}` becomes `{<now>}`.
fn hide_today(missing: &str, today: &str) -> String {
    let mut out = String::new();
    let mut rest = missing;
    while let Some(at) = rest.find(today) {
        let (before, from) = rest.split_at(at);
        let after = &from[today.len()..];
        let end_of_quote = after.starts_with(' ').then(|| after.find('"')).flatten();
        match (before.strip_suffix('"'), end_of_quote) {
            (Some(before), Some(end)) => {
                out.push_str(before);
                rest = &after[end + 1..];
            }
            _ => {
                out.push_str(before);
                rest = after;
            }
        }
        out.push_str("<now>");
    }
    out + rest
}

fn count_rows(client: &mut Client, relations: &mut Map<String, Value>) -> Result<()> {
    let tables: Vec<(String, String)> = client.query(TABLES, &[])?.iter().map(|row| (row.get(0), row.get(1))).collect();
    // One query for many tables, as most have none to few rows; not one for all, as a schema may have thousands.
    for some in tables.chunks(200) {
        let counts = some.iter().enumerate().map(|(i, (table, _))| format!("SELECT {i}, count(*) FROM ONLY {table}"));
        let sql = counts.collect::<Vec<_>>().join(" UNION ALL ");
        for row in client.query(&sql, &[])? {
            let (index, count): (i32, i64) = (row.get(0), row.get(1));
            if let Some(relation) = relations.get_mut(&some[index as usize].1) {
                relation["rows"] = json!(count);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_now_is_hidden() {
        assert_eq!(hide_today(r#"{"2026-11-25 03:01:02.5+00"}"#, "2026-11-25"), "{<now>}");
        assert_eq!(hide_today("{2026-11-25}", "2026-11-25"), "{<now>}");
        assert_eq!(hide_today("{2020-01-01}", "2026-11-25"), "{2020-01-01}");
    }
}
