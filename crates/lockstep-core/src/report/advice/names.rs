//! Suffixes that say what a column holds, where its type does not: `_url`, `_count`.

use crate::name::Ident;
use crate::pg::types::Type;
use crate::report::advice::wire::Note;
use crate::report::validation::place::tables;
use crate::simulate::trace::{Step, Trace};

/// Of columns that the step makes.
pub(super) fn suffixes(step: &Step, trace: &Trace) -> Vec<Note> {
    let mut found = vec![];
    for relation in tables(step).into_iter().filter_map(|id| step.after.get(id)) {
        let old = step.before.get(relation.id).map(|it| it.columns());
        for (number, column) in relation.columns().live() {
            let is_new = old.is_none_or(|it| it.attribute(number).is_none());
            let Some(suffix) = suffix(&column.name, column.type_).filter(|_| is_new && column.inherited == 0) else {
                continue;
            };
            let message = format!("Column {}.{} would be called like *{suffix}.", relation.name, column.name);
            found.push(Note {
                topic: "naming".into(),
                step: step.index,
                message,
                hazard: "name_breaks_convention".into(),
            });
        }
    }
    // A team's own convention goes before.
    found.retain(|_| !trace.plan.config.naming.columns.is_empty());
    found
}

fn suffix(name: &Ident, type_: Type) -> Option<&'static str> {
    let words: Vec<&str> = name.as_str().split('_').collect();
    let has = |of: &[&str]| words.iter().any(|it| of.contains(it));
    let text = type_.is(Type::TEXT) || type_.is(Type::VARCHAR);
    if text && has(&["url", "uri", "link", "href"]) && words.last() != Some(&"url") {
        return Some("_url");
    }
    let number = type_.is(Type::INT2) || type_.is(Type::INT4) || type_.is(Type::INT8);
    (number && (has(&["cnt", "num", "nof"]) || words.first() == Some(&"n"))).then_some("_count")
}
