//! What a step changes, as forms before and after.

use std::rc::Rc;

use serde_json::Value;

use crate::effect::RelationId;
use crate::report::wire;
use crate::schema::Schema;
use crate::schema::relation::Relation;

/// Relations and types that differ, an index as a part of its table.
pub(super) fn changes(before: &Schema, after: &Schema) -> Vec<wire::Change> {
    let mut ids: Vec<RelationId> = vec![];
    let mut note = |relation: &Rc<Relation>| {
        let id = relation.index().map_or(relation.id, |index| index.table);
        if !ids.contains(&id) {
            ids.push(id);
        }
    };
    after.changed_since(before).into_iter().for_each(&mut note);
    before.changed_since(after).into_iter().for_each(&mut note);
    let mut made = vec![];
    for id in ids {
        let form = |schema: &Schema| schema.get(id).map(|it| (it.name.to_string(), schema.relation_form(it)));
        made.extend(change("relation", form(before), form(after)));
    }
    for id in after.changed_types_since(before) {
        let form = |schema: &Schema| schema.user_type(id).map(|it| (it.name.to_string(), schema.type_form(it)));
        made.extend(change("type", form(before), form(after)));
    }
    for name in after.namespaces().filter(|name| !before.has_namespace(name.as_str())) {
        made.extend(change("schema", None, Some((name.to_string(), Value::Object(Default::default())))));
    }
    made
}

fn change(object: &str, before: Option<(String, Value)>, after: Option<(String, Value)>) -> Option<wire::Change> {
    if before == after {
        return None;
    }
    let (old, before) = before.map_or((None, Value::Null), |(name, form)| (Some(name), form));
    let (new, after) = after.map_or((None, Value::Null), |(name, form)| (Some(name), form));
    let name = new.clone().or(old.clone())?;
    let renamed_from = old.filter(|old| new.as_ref().is_some_and(|new| new != old));
    Some(wire::Change { object: object.into(), name, renamed_from, before, after })
}
