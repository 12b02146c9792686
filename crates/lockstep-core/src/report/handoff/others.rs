//! Changes of what models do not show: views, functions, triggers, policies, sequences of one's own, extensions.

use crate::report::handoff::changes::Change;
use crate::schema::Schema;
use crate::schema::dependency::Object;
use crate::schema::relation::Relation;
use crate::simulate::trace::Trace;

pub(super) fn others(trace: &Trace) -> Vec<Change> {
    let (was, is) = (&trace.start, &trace.end);
    let mut found = views(trace);
    for id in is.changed_objects_since(was) {
        let object = Object::Other(id);
        let change = match (was.object(id), is.object(id)) {
            (None, Some(_)) => (format!("New {}", is.describe(&object)), true, false),
            (Some(_), None) => (format!("{} is dropped", capital(&was.describe(&object))), false, true),
            (Some(before), Some(after)) if before != after => {
                (format!("{} changes", capital(&is.describe(&object))), false, true)
            }
            _ => continue,
        };
        let (words, needed, breaks) = change;
        let step = trace.steps.iter().find(|it| it.before.object(id) != it.after.object(id)).map(|it| it.index);
        found.push(Change { words, needed, breaks, step, breaks_at: None });
    }
    found
}

fn views(trace: &Trace) -> Vec<Change> {
    let (was, is) = (&trace.start, &trace.end);
    let is_view = |it: &&Relation| matches!(it.kind(), 'v' | 'm');
    let mut found = vec![];
    for view in is.relations_by_name().filter(is_view) {
        let before = was.get(view.id);
        let words = match before {
            None => format!("New {}", is.describe(&Object::Relation(view.id))),
            Some(before) if before.name != view.name => {
                format!("{} is now {}", capital(&was.describe(&Object::Relation(view.id))), view.name)
            }
            Some(before)
                if before.columns() != view.columns()
                    || was.view_definition(view.id) != is.view_definition(view.id) =>
            {
                format!("{} changes", capital(&is.describe(&Object::Relation(view.id))))
            }
            Some(_) => continue,
        };
        let breaks = before.is_some();
        found.push(Change { words, needed: true, breaks, step: step(trace, view), breaks_at: None });
    }
    for view in was.relations_by_name().filter(is_view).filter(|it| is.get(it.id).is_none()) {
        let words = format!("{} is dropped", capital(&was.describe(&Object::Relation(view.id))));
        found.push(Change { words, needed: false, breaks: true, step: step(trace, view), breaks_at: None });
    }
    found
}

/// The first step that changes it.
fn step(trace: &Trace, view: &Relation) -> Option<usize> {
    let text = |schema: &Schema| schema.get(view.id).map(|it| (it.name.clone(), schema.view_definition(view.id)));
    trace.steps.iter().find(|it| text(&it.before) != text(&it.after)).map(|it| it.index)
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}", letters.as_str())
}
