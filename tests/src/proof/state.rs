//! The model's schema against the server's catalog, without what the model says it does not know.

use lockstep_core::name::Ident;
use lockstep_core::schema::Schema;
use lockstep_pg::rehearse::schema;
use serde_json::{Map, Value};

/// The groups of objects that the model holds.
const GROUPS: [&str; 7] = ["relations", "types", "schemas", "functions", "extensions", "publications", "statistics"];

pub fn differences(model: &Schema, catalog: &Value) -> Vec<String> {
    // Code that cannot be read may have changed anything.
    if model.uncertain.about(&Ident::new("\u{1}"), None).is_some() {
        return vec![];
    }
    let form = model.normal_form();
    let certain = |group: &str, name: &str| {
        let bare = name.split('(').next().unwrap_or(name);
        let bare = Ident::new(bare.rsplit('.').next().unwrap_or(bare).trim_matches('"'));
        let here = !form[group][name].is_null();
        model.uncertain.about(&bare, here.then_some(u32::MAX)).is_none()
    };
    let mut ours = kept(&form, &certain);
    let mut theirs = kept(catalog, &certain);
    for form in [&mut ours, &mut theirs] {
        forget_hangers_on(model, form);
    }
    schema::differences(&ours, &theirs)
}

/// What an unread statement may have hung on a relation that it names: the relation itself is known all the same.
fn forget_hangers_on(model: &Schema, form: &mut Value) {
    for (name, relation) in form.get_mut("relations").and_then(Value::as_object_mut).into_iter().flatten() {
        let bare = Ident::new(name.rsplit('.').next().unwrap_or(name).trim_matches('"'));
        if let (Some(_), Some(parts)) = (model.uncertain.use_of(&bare), relation.as_object_mut()) {
            parts.retain(|key, _| !["triggers", "rules", "policies", "rls", "force_rls"].contains(&key.as_str()));
        }
    }
}

fn kept(form: &Value, certain: &dyn Fn(&str, &str) -> bool) -> Value {
    let mut groups = Map::new();
    for group in GROUPS {
        let objects = form.get(group).and_then(Value::as_object).into_iter().flatten();
        let objects: Map<_, _> =
            objects.filter(|(name, _)| certain(group, name)).map(|(name, it)| (name.clone(), it.clone())).collect();
        if !objects.is_empty() {
            groups.insert(group.to_owned(), Value::Object(objects));
        }
    }
    Value::Object(groups)
}
