//! Whether two ways lead to the same schema.

use serde_json::Value;

use crate::effect::RelationId;
use crate::rewrite::settled::{is_boundary, text};
use crate::rewrite::trial::{self, State};
use crate::schema::Schema;
use crate::schema::form::Json;
use crate::schema::relation::Relation;
use crate::simulate::trace::{Outcome, Trace};

/// What a plan's end has in common with the end that the migration has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The catalogs are equal, order of columns and validity of constraints included.
    Same,
    /// Equal but for the order of these tables' columns.
    OrderDiffers(Vec<String>),
    /// These objects differ, or it is not known whether they do.
    Differs(Vec<String>),
}

impl Proof {
    pub fn holds(&self) -> bool {
        !matches!(self, Proof::Differs(_))
    }
}

/// Where the migration ends; where a transaction of it fails, where its statements lead one by one.
pub(super) fn wanted_end(trace: &Trace) -> Schema {
    let session = trace.steps.first().map_or(&trace.end_session, |it| &it.session).clone();
    let own = trace.steps.iter().filter(|it| !is_boundary(it));
    if trace.steps.iter().any(|it| matches!(it.outcome, Outcome::Failed(_))) {
        let start = State { schema: trace.start.clone(), session };
        let mut own = own.clone();
        let end = own.try_fold(start, |state, it| trial::after(&trial::run(trace, &state, &text(it))));
        if let Some(end) = end {
            return end.schema;
        }
    }
    trace.end.clone()
}

/// Compares what has changed between the two: both come from the same start.
pub(super) fn compare(wanted: &Schema, reached: &Schema) -> Proof {
    if !wanted.uncertain.is_certain() || !reached.uncertain.is_certain() {
        return compare_all(wanted, reached);
    }
    let mut differing = vec![];
    let mut moved = vec![];
    let shown = |it: &&Relation| it.kind() != 'c' && it.name.schema != "pg_temp";
    let both = wanted.differing(reached).into_iter().flat_map(|(ours, theirs)| [ours, theirs]).flatten();
    let mut names: Vec<_> = both.map(|it| &**it).filter(shown).map(|it| top(wanted, reached, it)).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let form = |schema: &Schema| Some(form_of(schema, schema.find(&name)?));
        let (mut ours, mut theirs) = (form(wanted), form(reached));
        if ours == theirs {
            continue;
        }
        [&mut ours, &mut theirs].into_iter().flatten().for_each(|it| strip(it, &["pos"]));
        match ours == theirs {
            true => moved.push(name.to_string()),
            false => differing.push(name.to_string()),
        }
    }
    if differing.is_empty() && !others_equal(wanted, reached) {
        return compare_all(wanted, reached);
    }
    verdict(differing, moved)
}

fn verdict(differing: Vec<String>, moved: Vec<String>) -> Proof {
    match (differing.is_empty(), moved.is_empty()) {
        (false, _) => Proof::Differs(differing),
        (true, false) => Proof::OrderDiffers(moved),
        (true, true) => Proof::Same,
    }
}

/// The relation itself, or the table of an index.
fn top(wanted: &Schema, reached: &Schema, relation: &Relation) -> crate::effect::ObjectName {
    let table = relation.index().map(|it| it.table);
    let owner = table.and_then(|id| wanted.get(id).or_else(|| reached.get(id)));
    owner.unwrap_or(relation).name.clone()
}

fn form_of(schema: &Schema, id: RelationId) -> Value {
    let mut form = Value::from(&Json::Object(schema.relation_form(schema.relation(id))));
    strip(&mut form, UNSEEN);
    form
}

/// What a dropped column leaves behind, what older rows show of an added one, how far sequences have come.
const UNSEEN: &[&str] = &["dropped_columns", "missing", "last"];

fn strip(value: &mut Value, keys: &[&str]) {
    if let Value::Object(entries) = value {
        for key in keys {
            entries.remove(*key);
        }
        entries.values_mut().for_each(|it| strip(it, keys));
    }
}

/// No type or other object was touched on either way.
fn others_equal(wanted: &Schema, reached: &Schema) -> bool {
    wanted.changed_types_since(reached).is_empty()
        && wanted.changed_objects_since(reached).is_empty()
        && reached.changed_objects_since(wanted).is_empty()
}

/// The whole of both, object by object.
fn compare_all(wanted: &Schema, reached: &Schema) -> Proof {
    let (mut ours, mut theirs) = (wanted.normal_form(), reached.normal_form());
    [&mut ours, &mut theirs].into_iter().for_each(|it| strip(it, UNSEEN));
    let differing = differences(&ours, &theirs);
    [&mut ours, &mut theirs].into_iter().for_each(|it| strip(it, &["pos"]));
    let without_order = differences(&ours, &theirs);
    let moved = differing.into_iter().filter(|it| !without_order.contains(it)).collect();
    verdict(without_order, moved)
}

/// Names of objects that the two forms do not have alike.
fn differences(ours: &Value, theirs: &Value) -> Vec<String> {
    let mut found = vec![];
    let empty = serde_json::Map::new();
    let (ours, theirs) = (ours.as_object().unwrap_or(&empty), theirs.as_object().unwrap_or(&empty));
    let sections = ours.keys().chain(theirs.keys().filter(|it| !ours.contains_key(*it)));
    for section in sections {
        let part = |of: &serde_json::Map<String, Value>| of.get(section).and_then(Value::as_object).cloned();
        let (ours, theirs) = (part(ours).unwrap_or_default(), part(theirs).unwrap_or_default());
        let names = ours.keys().chain(theirs.keys().filter(|it| !ours.contains_key(*it)));
        found.extend(names.filter(|it| ours.get(*it) != theirs.get(*it)).cloned());
    }
    found
}
