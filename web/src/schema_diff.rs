//! What a step changes in a relation or type, as rows of a card: pure, from the normal form of the schema.

use lockstep_core::report::wire;
use lockstep_core::report::words::relation_kind;
use serde_json::{Map, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Same,
    Added,
    Removed,
    Changed,
    Renamed,
}

impl Mark {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Mark::Same => "",
            Mark::Added => "added",
            Mark::Removed => "removed",
            Mark::Changed => "changed",
            Mark::Renamed => "renamed",
        }
    }
}

/// One line of a card: a column, a constraint, an index.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) mark: Mark,
    pub(crate) name: String,
    pub(crate) text: String,
    /// The parts of a column that stand beside its type.
    pub(crate) tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Row>,
    /// Unchanged ones that are not listed.
    pub(crate) more: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Card {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) mark: Mark,
    pub(crate) sections: Vec<Section>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pair {
    pub(crate) before: Option<Card>,
    pub(crate) after: Option<Card>,
}

const LISTS: [(&str, &str); 6] = [
    ("constraints", "Constraints"),
    ("indexes", "Indexes"),
    ("triggers", "Triggers"),
    ("policies", "Policies"),
    ("rules", "Rules"),
    ("statistics", "Statistics"),
];

pub(crate) fn pair(change: &wire::Change) -> Pair {
    let renamed = change.renamed_from.is_some();
    let (before, after) = (Value::from(&change.before), Value::from(&change.after));
    let mark = match (before.is_object(), after.is_object()) {
        (false, true) => Mark::Added,
        (true, false) => Mark::Removed,
        _ if renamed => Mark::Renamed,
        _ => Mark::Changed,
    };
    let old_name = change.renamed_from.as_ref().unwrap_or(&change.name);
    let card = |own: &Value, other: &Value, is_after: bool, name: &str| {
        own.as_object().map(|form| Card {
            name: name.into(),
            kind: kind(&change.object, form),
            mark,
            sections: sections(change, form, other.as_object(), is_after),
        })
    };
    Pair { before: card(&before, &after, false, old_name), after: card(&after, &before, true, &change.name) }
}

fn kind(object: &str, form: &Map<String, Value>) -> &'static str {
    match (object, form.get("kind").and_then(Value::as_str).unwrap_or("")) {
        ("type", "e") => "enum",
        ("type", "d") => "domain",
        ("type", _) => "type",
        ("schema", _) => "schema",
        (_, kind) => relation_kind(kind),
    }
}

fn sections(
    change: &wire::Change,
    own: &Map<String, Value>,
    other: Option<&Map<String, Value>>,
    is_after: bool,
) -> Vec<Section> {
    let mut all = vec![];
    let of = |form: &Map<String, Value>, key: &str| -> Map<String, Value> {
        form.get(key).and_then(Value::as_object).cloned().unwrap_or_default()
    };
    let more = |key: &str| change.unchanged.more.get(key).copied().unwrap_or(0);
    let sides = |key: &str| (of(own, key), other.map(|it| of(it, key)));
    let (mine, theirs) = sides("columns");
    let rows = columns(&mine, theirs.as_ref(), &change.unchanged.columns, is_after);
    all.push(Section { title: "Columns", rows, more: more("columns") });
    for (key, title) in LISTS {
        let (mine, theirs) = sides(key);
        all.push(Section { title, rows: entries(&mine, theirs.as_ref(), is_after), more: more(key) });
    }
    if change.object == "type" {
        all.push(Section { title: "Labels", rows: labels(own, other, is_after), more: 0 });
    }
    all.push(Section { title: "Properties", rows: properties(own, other, is_after), more: 0 });
    // The columns are what a table looks like; of other parts, only what changes is of interest.
    all.retain(|it| !it.rows.is_empty() || (it.title == "Columns" && it.more > 0));
    all
}

/// Where there is no other side, the card's own mark says it all and its rows are plain.
fn columns(
    own: &Map<String, Value>,
    other: Option<&Map<String, Value>>,
    unchanged: &[wire::UnchangedColumn],
    is_after: bool,
) -> Vec<Row> {
    let position = |it: &Value| it.get("pos").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let row = |name: &String, column: &Value| {
        // A column keeps its attribute number when it gets another name.
        let renamed = |other: &Map<String, Value>| {
            let mut twins = other.iter().filter(|(_, it)| position(it) == position(column) && position(it) != u64::MAX);
            twins.any(|(old, _)| !own.contains_key(old))
        };
        let mark = match other.map(|it| (it, it.get(name))) {
            None => Mark::Same,
            Some((_, Some(twin))) if column_text(twin) != column_text(column) => Mark::Changed,
            Some((_, Some(_))) => Mark::Same,
            Some((other, None)) if renamed(other) => Mark::Renamed,
            Some((_, None)) => one_sided(is_after),
        };
        let (text, tags) = column_text(column);
        Row { mark, name: name.clone(), text, tags }
    };
    let changed = own.iter().map(|(name, it)| (position(it), row(name, it)));
    let same = unchanged.iter().map(|it| {
        let tags = if it.not_null { vec!["NOT NULL".into()] } else { vec![] };
        let row = Row { mark: Mark::Same, name: it.name.to_string(), text: it.type_.to_string(), tags };
        (u64::from(it.position), row)
    });
    let mut all: Vec<(u64, Row)> = changed.chain(same).collect();
    all.sort_by_key(|(position, _)| *position);
    all.into_iter().map(|(_, row)| row).collect()
}

fn one_sided(is_after: bool) -> Mark {
    if is_after { Mark::Added } else { Mark::Removed }
}

fn column_text(column: &Value) -> (String, Vec<String>) {
    let text = |key: &str| column.get(key).and_then(Value::as_str);
    let mut tags = vec![];
    if column.get("notnull").and_then(Value::as_bool).unwrap_or(false) {
        tags.push("NOT NULL".into());
    }
    match (text("generated"), text("default")) {
        (Some("v"), Some(it)) => tags.push(format!("GENERATED ({it}) VIRTUAL")),
        (Some(_), Some(it)) => tags.push(format!("GENERATED ({it}) STORED")),
        (None, Some(it)) => tags.push(format!("DEFAULT {it}")),
        (_, None) => {}
    }
    match text("identity") {
        Some("a") => tags.push("IDENTITY ALWAYS".into()),
        Some(_) => tags.push("IDENTITY BY DEFAULT".into()),
        None => {}
    }
    if let Some(it) = text("collation") {
        tags.push(format!("COLLATE {it}"));
    }
    for key in ["storage", "compression", "stattarget", "options", "comment"] {
        if let Some(it) = column.get(key) {
            tags.push(format!("{key} {}", plain(it)));
        }
    }
    (text("type").unwrap_or("").into(), tags)
}

fn entries(own: &Map<String, Value>, other: Option<&Map<String, Value>>, is_after: bool) -> Vec<Row> {
    let row = |(name, value): (&String, &Value)| {
        let mark = match other.map(|it| it.get(name)) {
            None => Mark::Same,
            Some(None) => one_sided(is_after),
            Some(Some(twin)) if entry_text(twin) != entry_text(value) => Mark::Changed,
            Some(Some(_)) => Mark::Same,
        };
        let (text, tags) = entry_text(value);
        Row { mark, name: name.clone(), text, tags }
    };
    own.iter().map(row).collect()
}

fn entry_text(value: &Value) -> (String, Vec<String>) {
    let Some(form) = value.as_object() else { return (plain(value), vec![]) };
    let text = form.get("def").map(plain).unwrap_or_else(|| "…".into());
    let mut tags = vec![];
    let is = |key: &str, wanted: bool| form.get(key).and_then(Value::as_bool) == Some(wanted);
    if is("validated", false) && !text.contains("NOT VALID") {
        tags.push("NOT VALID".into());
    }
    if is("enforced", false) && !text.contains("NOT ENFORCED") {
        tags.push("NOT ENFORCED".into());
    }
    if is("valid", false) {
        tags.push("INVALID".into());
    }
    for (key, word) in
        [("replident", "REPLICA IDENTITY"), ("clustered", "CLUSTERED"), ("deferred", "INITIALLY DEFERRED")]
    {
        if is(key, true) && !text.contains(word) {
            tags.push(word.into());
        }
    }
    for key in ["enabled", "comment", "tablespace"] {
        if let Some(it) = form.get(key) {
            tags.push(format!("{key} {}", plain(it)));
        }
    }
    (text, tags)
}

fn labels(own: &Map<String, Value>, other: Option<&Map<String, Value>>, is_after: bool) -> Vec<Row> {
    let list = |form: &Map<String, Value>| -> Vec<String> {
        let labels = form.get("labels").and_then(Value::as_array);
        labels.map(|it| it.iter().map(plain).collect()).unwrap_or_default()
    };
    let theirs = other.map(list);
    let row = |label: String| {
        let mark = match &theirs {
            Some(theirs) if !theirs.contains(&label) => one_sided(is_after),
            _ => Mark::Same,
        };
        Row { mark, name: label, text: String::new(), tags: vec![] }
    };
    list(own).into_iter().map(row).collect()
}

/// Whatever else the form says, key by key; only where it differs, so that nothing changes unseen.
fn properties(own: &Map<String, Value>, other: Option<&Map<String, Value>>, is_after: bool) -> Vec<Row> {
    const ELSEWHERE: [&str; 8] = ["kind", "columns", "labels", "rows", "owner", "acl", "dropped_columns", "missing"];
    let Some(other) = other else { return vec![] };
    let mut rows = vec![];
    for (key, value) in own {
        let listed = ELSEWHERE.contains(&key.as_str()) || LISTS.iter().any(|(list, _)| list == key);
        if listed || other.get(key) == Some(value) {
            continue;
        }
        let mark = if other.contains_key(key) { Mark::Changed } else { one_sided(is_after) };
        rows.push(Row { mark, name: key.clone(), text: plain(value), tags: vec![] });
    }
    rows
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn change(before: Value, after: Value) -> wire::Change {
        wire::Change {
            object: "relation".into(),
            name: "t".into(),
            before: before.into(),
            after: after.into(),
            ..Default::default()
        }
    }

    fn table(columns: Value) -> Value {
        json!({ "kind": "r", "columns": columns })
    }

    fn marks(card: Option<&Card>) -> Vec<(Mark, &str)> {
        card.iter().flat_map(|it| &it.sections).flat_map(|it| &it.rows).map(|it| (it.mark, it.name.as_str())).collect()
    }

    #[test]
    fn an_added_column_is_marked_after_and_absent_before() {
        let before = table(json!({ "id": {"pos": 1, "type": "integer"} }));
        let after =
            table(json!({ "x": {"pos": 2, "type": "text", "notnull": true}, "id": {"pos": 1, "type": "integer"} }));
        let pair = pair(&change(before, after));
        assert_eq!(marks(pair.before.as_ref()), [(Mark::Same, "id")]);
        assert_eq!(marks(pair.after.as_ref()), [(Mark::Same, "id"), (Mark::Added, "x")]);
        assert_eq!(pair.after.unwrap().sections[0].rows[1].tags, ["NOT NULL"]);
    }

    #[test]
    fn a_renamed_column_is_known_by_its_number() {
        let before = table(json!({ "a": {"pos": 1, "type": "integer"}, "b": {"pos": 2, "type": "text"} }));
        let after = table(json!({ "a": {"pos": 1, "type": "integer"}, "c": {"pos": 2, "type": "text"} }));
        let pair = pair(&change(before, after));
        assert_eq!(marks(pair.before.as_ref())[1], (Mark::Renamed, "b"));
        assert_eq!(marks(pair.after.as_ref())[1], (Mark::Renamed, "c"));
    }

    #[test]
    fn a_type_change_is_a_change_on_both_sides() {
        let before = table(json!({ "a": {"pos": 1, "type": "integer"} }));
        let after = table(json!({ "a": {"pos": 1, "type": "bigint"} }));
        let pair = pair(&change(before, after));
        assert_eq!(marks(pair.before.as_ref()), [(Mark::Changed, "a")]);
        assert_eq!(marks(pair.after.as_ref()), [(Mark::Changed, "a")]);
    }

    #[test]
    fn a_constraint_that_becomes_valid_is_changed() {
        let with = |validated: bool, def: &str| json!({ "kind": "r", "constraints": { "c": {"type": "c", "def": def, "validated": validated} } });
        let pair = pair(&change(with(false, "CHECK (x) NOT VALID"), with(true, "CHECK (x)")));
        assert_eq!(marks(pair.after.as_ref()), [(Mark::Changed, "c")]);
    }

    #[test]
    fn a_new_table_and_a_dropped_one_have_one_card() {
        let form = table(json!({ "id": {"pos": 1, "type": "integer"} }));
        let made = pair(&change(Value::Null, form.clone()));
        assert!(made.before.is_none() && made.after.as_ref().unwrap().mark == Mark::Added);
        let gone = pair(&change(form, Value::Null));
        assert!(gone.after.is_none() && gone.before.as_ref().unwrap().mark == Mark::Removed);
    }

    #[test]
    fn what_has_no_place_of_its_own_still_shows() {
        let pair = pair(&change(json!({"kind": "r"}), json!({"kind": "r", "options": ["fillfactor=70"], "rls": true})));
        assert_eq!(marks(pair.after.as_ref()), [(Mark::Added, "options"), (Mark::Added, "rls")]);
    }

    #[test]
    fn a_new_enum_label_is_marked() {
        let form = |labels: Value| json!({ "kind": "e", "labels": labels });
        let change = wire::Change { object: "type".into(), ..change(form(json!(["a"])), form(json!(["a", "b"]))) };
        assert_eq!(marks(pair(&change).after.as_ref()), [(Mark::Same, "a"), (Mark::Added, "b")]);
    }

    #[test]
    fn columns_that_stay_stand_in_their_places_and_the_rest_is_counted() {
        let mut change =
            change(json!({"kind": "r"}), json!({"kind": "r", "columns": {"b": {"pos": 2, "type": "text"}}}));
        let same = |name: &str, position, not_null| wire::UnchangedColumn {
            name: name.into(),
            position,
            type_: "bigint".into(),
            not_null,
        };
        change.unchanged.columns = vec![same("a", 1, true), same("c", 3, false)];
        change.unchanged.more.insert("columns".into(), 7);
        change.unchanged.more.insert("indexes".into(), 2);
        let after = pair(&change).after.unwrap();
        assert_eq!(marks(Some(&after)), [(Mark::Same, "a"), (Mark::Added, "b"), (Mark::Same, "c")]);
        assert_eq!(after.sections.len(), 1, "only what changes of other parts is of interest");
        assert_eq!(
            (after.sections[0].rows[0].tags.as_slice(), after.sections[0].more),
            (&["NOT NULL".to_owned()][..], 7)
        );
    }
}
