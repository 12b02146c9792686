//! Where two normal forms differ, in paths that people can read.

use serde_json::{Map, Value};

/// What a comparison leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Leniency {
    /// Columns in another order.
    pub column_order: bool,
    /// What dropped columns and stored defaults leave in the catalog, which no query can tell.
    pub remains: bool,
    /// The last value that a sequence gave.
    pub sequence_values: bool,
}

impl Leniency {
    /// For a schema that was left and come back to: a column dropped again leaves a trace, and sequences go on.
    pub const BACK: Leniency = Leniency { column_order: false, remains: true, sequence_values: true };
}

/// One line for each difference: `relations.t.columns.a.type: "integer" → "bigint"`.
pub fn difference(from: &Value, to: &Value) -> Vec<String> {
    let mut found = vec![];
    compare(&mut vec![], from, to, &mut found);
    found
}

/// The form without what no prediction covers (owners, privileges, rows, the triggers behind foreign keys)
/// and without entries that say nothing, so that a missing `false` equals a `false`.
pub fn comparable(form: &Value, leniency: Leniency) -> Value {
    simplify(form, &mut vec![], leniency).unwrap_or(Value::Object(Map::new()))
}

fn simplify<'a>(value: &'a Value, path: &mut Vec<&'a str>, leniency: Leniency) -> Option<Value> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::Array(items) if items.is_empty() => None,
        Value::Object(entries) => {
            let mut kept = Map::new();
            for (key, value) in entries {
                path.push(key);
                if !left_out(path, leniency) {
                    kept.extend(simplify(value, path, leniency).map(|value| (key.clone(), value)));
                }
                path.pop();
            }
            // An object that exists without attributes still exists; an empty group of objects does not.
            (!kept.is_empty() || path.len() == 2).then_some(Value::Object(kept))
        }
        other => Some(other.clone()),
    }
}

/// By place, not by key alone: a column may well be called `rows` or `owner`.
fn left_out(path: &[&str], leniency: Leniency) -> bool {
    match path {
        ["schemas", "public"] | ["default_acl"] => true,
        ["relations", _, "rows" | "internal_triggers" | "owner" | "acl"] => true,
        ["relations", _, "columns", _, "acl"] => true,
        ["relations", _, "columns", _, "pos"] => leniency.column_order,
        ["relations", _, "columns", _, "missing"] | ["relations", _, "dropped_columns"] => leniency.remains,
        ["relations", _, "sequence", "last"] => leniency.sequence_values,
        ["schemas" | "types" | "functions" | "publications" | "statistics", _, "owner" | "acl"] => true,
        _ => false,
    }
}

fn compare(path: &mut Vec<String>, from: &Value, to: &Value, found: &mut Vec<String>) {
    let (Value::Object(a), Value::Object(b)) = (from, to) else {
        // A time reckoned from the moment of the statement is another one whenever it runs.
        let is_moment = |it: &Value| it.as_str().is_some_and(|it| it.contains("<moment>"));
        if from != to && !((is_moment(from) || is_moment(to)) && from.is_string() && to.is_string()) {
            found.push(format!("{}: {} → {}", path.join("."), short(from), short(to)));
        }
        return;
    };
    let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        path.push(key.clone());
        match (a.get(key), b.get(key)) {
            (Some(from), Some(to)) => compare(path, from, to, found),
            (Some(from), None) => found.push(format!("{}: {} → nothing", path.join("."), short(from))),
            (None, Some(to)) => found.push(format!("{}: nothing → {}", path.join("."), short(to))),
            (None, None) => {}
        }
        path.pop();
    }
}

fn short(value: &Value) -> String {
    const LIMIT: usize = 160;
    let text = value.to_string();
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_is_named_by_its_path() {
        let from = json!({ "relations": { "t": { "columns": { "a": { "type": "integer" } } } } });
        let to = json!({ "relations": { "t": { "columns": { "a": { "type": "bigint" }, "b": { "pos": 2 } } } } });
        assert_eq!(
            difference(&from, &to),
            [r#"relations.t.columns.a.type: "integer" → "bigint""#, r#"relations.t.columns.b: nothing → {"pos":2}"#]
        );
        assert!(difference(&to, &to).is_empty());
    }

    #[test]
    fn a_column_called_rows_is_compared() {
        let form = json!({ "relations": { "t": { "rows": 3, "columns": { "rows": { "type": "text" } } } } });
        let expected = json!({ "relations": { "t": { "columns": { "rows": { "type": "text" } } } } });
        assert_eq!(comparable(&form, Leniency::default()), expected);
    }

    #[test]
    fn what_says_nothing_does_not_count() {
        let form = json!({ "types": { "e": { "kind": "e", "notnull": false, "labels": [] } }, "functions": {} });
        assert_eq!(comparable(&form, Leniency::default()), json!({ "types": { "e": { "kind": "e" } } }));
    }

    #[test]
    fn the_order_of_columns_counts_unless_it_is_excused() {
        let form = json!({ "relations": { "t": { "dropped_columns": 1, "columns": { "a": { "pos": 2 } } } } });
        assert_eq!(comparable(&form, Leniency::default()), form);
        let lenient = Leniency { column_order: true, ..Leniency::BACK };
        assert_eq!(comparable(&form, lenient), json!({ "relations": { "t": {} } }));
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let found = difference(&json!({ "a": "ä".repeat(500) }), &json!({}));
        assert!(found[0].chars().count() < 200 && found[0].ends_with("… → nothing"), "{found:?}");
    }
}
