//! Two schemas in their normal form, one difference a line, in words: from what was there before the migration to
//! what is there after the way back.

use serde_json::{Map, Value};

use crate::name::Ident;
use crate::schema::Schema;

/// What is to be said of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It was there and is not any more.
    Missing,
    /// It was not there before.
    LeftBehind,
    /// It is there, but not as it was.
    Differs,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub kind: Kind,
    /// The relation, type, function … that it is about, without quotes: `users`, `app.f(integer)`.
    pub object: String,
    /// The group of the normal form: `relations`, `types` …
    pub group: String,
    /// `column users.email has no default; it was 'x'::text`.
    pub text: String,
}

#[derive(Debug, Default)]
pub(in crate::rollback) struct Found {
    pub(in crate::rollback) differences: Vec<Difference>,
    /// Tables whose columns stand in another order.
    pub(in crate::rollback) reordered: Vec<String>,
}

/// Parts of a relation whose members have names, and what one of them is called.
const PARTS: [(&str, &str); 6] = [
    ("columns", "column"),
    ("constraints", "constraint"),
    ("indexes", "index"),
    ("triggers", "trigger"),
    ("policies", "policy"),
    ("rules", "rule"),
];

/// What no query sees, or what rows rather than the schema decide.
const PASSED_OVER: [&str; 8] =
    ["dropped_columns", "missing", "pos", "last", "rows", "internal_triggers", "owner", "acl"];

pub(in crate::rollback) fn between(before: &Schema, end: &Schema) -> Found {
    let (before, end) = (before.normal_form(), end.normal_form());
    let mut found = Found::default();
    let empty = Map::new();
    let groups = |form: &Value| form.as_object().map(|it| it.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let mut names = groups(&before);
    names.extend(groups(&end).into_iter().filter(|it| before.get(it).is_none()));
    for group in names {
        let objects = |form: &'_ Value| form.get(&group).and_then(Value::as_object).cloned();
        let (was, is) =
            (objects(&before).unwrap_or_else(|| empty.clone()), objects(&end).unwrap_or_else(|| empty.clone()));
        for (name, was) in &was {
            match is.get(name) {
                None => found.whole(Kind::Missing, &group, name, was),
                Some(is) if is != was => found.object(&group, name, was, is),
                Some(_) => {}
            }
        }
        for (name, is) in is.iter().filter(|(name, _)| !was.contains_key(*name)) {
            found.whole(Kind::LeftBehind, &group, name, is);
        }
    }
    found
}

/// Why a difference may be none: an unread statement may have changed what it is about.
pub(in crate::rollback) fn doubt(difference: &Difference, before: &Schema, end: &Schema) -> Option<String> {
    let bare = difference.object.split('(').next().unwrap_or_default();
    let name = Ident::new(bare.rsplit('.').next().unwrap_or(bare).trim_matches('"'));
    [before, end].into_iter().find_map(|schema| schema.uncertain.about(&name, schema.find_plain(bare).map(|it| it.0)))
}

impl Found {
    fn whole(&mut self, kind: Kind, group: &str, name: &str, form: &Value) {
        let noun = noun(group, form);
        // An owned sequence is its column's; where the column is missing, that is said.
        let text = match kind {
            Kind::Missing => format!("{noun} {name} is missing"),
            Kind::LeftBehind => format!("{noun} {name} is left behind"),
            Kind::Differs => format!("{noun} {name} differs"),
        };
        self.add(kind, group, name, text);
    }

    fn add(&mut self, kind: Kind, group: &str, object: &str, text: String) {
        self.differences.push(Difference { kind, object: object.to_owned(), group: group.to_owned(), text });
    }

    fn object(&mut self, group: &str, name: &str, was: &Value, is: &Value) {
        let empty = Map::new();
        let (was_parts, is_parts) = (was.as_object().unwrap_or(&empty), is.as_object().unwrap_or(&empty));
        if group == "relations" {
            for (part, noun) in PARTS {
                let members = |form: &Map<String, Value>| form.get(part).and_then(Value::as_object).cloned();
                let (was, is) = (members(was_parts).unwrap_or_default(), members(is_parts).unwrap_or_default());
                self.members(name, noun, &was, &is);
                if part == "columns" && is_reordered(&was, &is) {
                    self.reordered.push(name.to_owned());
                }
            }
        }
        let noun = noun(group, was);
        for key in keys(was_parts, is_parts) {
            let is_part = group == "relations" && PARTS.iter().any(|(part, _)| *part == key);
            if is_part || PASSED_OVER.contains(&key) {
                continue;
            }
            let (was, is) = (stripped(was_parts.get(key)), stripped(is_parts.get(key)));
            if !same(&was, &is) {
                self.add(Kind::Differs, group, name, property(&format!("{noun} {name}"), key, &was, &is));
            }
        }
    }

    fn members(&mut self, relation: &str, noun: &str, was: &Map<String, Value>, is: &Map<String, Value>) {
        let called = |name: &str| match noun {
            "column" => format!("column {relation}.{name}"),
            _ => format!("{noun} {name} of {relation}"),
        };
        let kept_by_another_name = |form: &Value, side: &Map<String, Value>| {
            let is_not_null = |it: &Value| it.get("type").and_then(Value::as_str) == Some("n");
            is_not_null(form) && side.values().any(|it| is_not_null(it) && it.get("def") == form.get("def"))
        };
        for (name, form) in was {
            // From PostgreSQL 18 on, NOT NULL is a constraint with a name that nobody chose.
            if !is.contains_key(name) && kept_by_another_name(form, is) {
                continue;
            }
            let Some(other) = is.get(name) else {
                let definition = form.get("def").and_then(Value::as_str).map(|it| format!(": {it}"));
                let text = format!("{} is missing{}", called(name), definition.unwrap_or_default());
                self.add(Kind::Missing, "relations", relation, text);
                continue;
            };
            let empty = Map::new();
            let (form, other) = (form.as_object().unwrap_or(&empty), other.as_object().unwrap_or(&empty));
            for key in keys(form, other).into_iter().filter(|key| !PASSED_OVER.contains(key)) {
                let (was, is) = (stripped(form.get(key)), stripped(other.get(key)));
                if !same(&was, &is) {
                    self.add(Kind::Differs, "relations", relation, property(&called(name), key, &was, &is));
                }
            }
        }
        for name in
            is.iter().filter(|(name, it)| !was.contains_key(*name) && !kept_by_another_name(it, was)).map(|it| it.0)
        {
            self.add(Kind::LeftBehind, "relations", relation, format!("{} is left behind", called(name)));
        }
    }
}

/// The columns that both have do not follow each other in the same order.
fn is_reordered(was: &Map<String, Value>, is: &Map<String, Value>) -> bool {
    let order = |of: &Map<String, Value>, other: &Map<String, Value>| {
        let mut names: Vec<(u64, String)> = of
            .iter()
            .filter(|(name, _)| other.contains_key(*name))
            .map(|(name, it)| (it.get("pos").and_then(Value::as_u64).unwrap_or(0), name.clone()))
            .collect();
        names.sort();
        names.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    };
    order(was, is) != order(is, was)
}

/// `column users.email has no default; it was 'x'::text`.
fn property(what: &str, key: &str, was: &Value, is: &Value) -> String {
    let word = match key {
        "notnull" if was == &Value::Bool(true) => return format!("{what} is not NOT NULL any more"),
        "notnull" => return format!("{what} is NOT NULL now"),
        "validated" if was == &Value::Bool(true) => return format!("{what} is NOT VALID"),
        "validated" => return format!("{what} is validated now"),
        "valid" if was == &Value::Bool(true) => return format!("{what} is INVALID"),
        "src" => return format!("{what} has another body"),
        "labels" => "labels",
        "def" => "definition",
        "typname" => "type",
        "result" => "return type",
        "lang" => "language",
        "secdef" => "SECURITY DEFINER",
        other => other,
    };
    match (was, is) {
        (_, Value::Null) => format!("{what} has no {word} any more; it was {}", plain(was)),
        (Value::Null, _) => format!("{what} has the {word} {}; it had none", plain(is)),
        _ => format!("{what} has the {word} {}; it was {}", plain(is), plain(was)),
    }
}

fn same(was: &Value, is: &Value) -> bool {
    // A time reckoned from the moment of the statement is another one whenever it runs.
    let is_moment = |it: &Value| it.as_str().is_some_and(|it| it.contains("<moment>"));
    was == is || (was.is_string() && is.is_string() && (is_moment(was) || is_moment(is)))
}

/// Without what is passed over, at every depth; what says nothing is null.
fn stripped(value: Option<&Value>) -> Value {
    match value {
        Some(Value::Object(entries)) => {
            let kept = entries.iter().filter(|(key, _)| !PASSED_OVER.contains(&key.as_str()));
            let kept: Map<_, _> =
                kept.map(|(key, it)| (key.clone(), stripped(Some(it)))).filter(|(_, it)| !it.is_null()).collect();
            if kept.is_empty() { Value::Null } else { Value::Object(kept) }
        }
        Some(Value::Bool(false)) | None => Value::Null,
        Some(Value::Array(items)) if items.is_empty() => Value::Null,
        Some(other) => other.clone(),
    }
}

fn keys<'a>(a: &'a Map<String, Value>, b: &'a Map<String, Value>) -> Vec<&'a str> {
    let only_b = b.keys().filter(|key| !a.contains_key(*key));
    a.keys().chain(only_b).map(String::as_str).collect()
}

fn noun(group: &str, form: &Value) -> &'static str {
    match group {
        "relations" => match form.get("kind").and_then(Value::as_str) {
            Some("v") => "view",
            Some("m") => "materialized view",
            Some("S") => "sequence",
            Some("f") => "foreign table",
            _ => "table",
        },
        "types" => "type",
        "schemas" => "schema",
        "functions" => match form.get("kind").and_then(Value::as_str) {
            Some("p") => "procedure",
            _ => "function",
        },
        "extensions" => "extension",
        "publications" => "publication",
        "statistics" => "statistics object",
        "collations" => "collation",
        _ => "object",
    }
}

/// Longer values are cut: the schema itself shows them whole.
const LIMIT: usize = 160;

fn plain(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".into(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Null => "none".into(),
        other => other.to_string(),
    };
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
