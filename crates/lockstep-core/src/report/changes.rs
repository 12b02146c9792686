//! What a step changes, as forms before and after.

use smallvec::SmallVec;
use triomphe::Arc;

use crate::effect::RelationId;
use crate::report::wire::{self, Name};
use crate::schema::Schema;
use crate::schema::changed_form::Difference;
use crate::schema::form::{Form, Json};
use crate::schema::relation::{Column, Relation};
use crate::simulate::trace::Step;

/// Relations and types that a step changes, an index as a part of its table.
pub(super) fn of(step: &Step) -> Vec<wire::Change> {
    let (before, after) = (&step.before, &step.after);
    let mut ids: SmallVec<[RelationId; 4]> = SmallVec::new();
    let mut note = |id: RelationId| {
        if !ids.contains(&id) {
            ids.push(id);
        }
    };
    let owner = |relation: &Arc<Relation>| relation.index().map_or(relation.id, |index| index.table);
    let differing = after.differing(before);
    differing.iter().filter_map(|(is, _)| *is).map(owner).for_each(&mut note);
    differing.iter().filter_map(|(_, was)| *was).map(owner).for_each(&mut note);
    after.changed_parts_since(before).into_iter().for_each(&mut note);
    let mut made = vec![];
    for id in ids {
        made.extend(match (before.get(id), after.get(id)) {
            (Some(old), Some(new)) => stays(before, after, old, new),
            (old, new) => {
                let form = |schema: &Schema, it: &Relation| (it.name.shown(), schema.relation_form(it));
                change("relation", old.map(|it| form(before, it)), new.map(|it| form(after, it)))
            }
        });
    }
    for id in after.changed_types_since(before) {
        let form = |schema: &Schema| schema.user_type(id).map(|it| (it.name.shown(), schema.type_form(it)));
        made.extend(change("type", form(before), form(after)));
    }
    for name in after.namespaces().filter(|name| !before.has_namespace(name.as_str())) {
        made.extend(change("schema", None, Some((name.to_string().into(), Form::default()))));
    }
    made
}

/// A relation that is there before and after.
fn stays(before: &Schema, after: &Schema, old: &Relation, new: &Relation) -> Option<wire::Change> {
    let difference = Difference::of((before, old), (after, new));
    if difference.is_empty() && old.name == new.name {
        return None;
    }
    let column = |(position, it): (u16, &Column)| wire::UnchangedColumn {
        name: it.name.bare(),
        position,
        type_: after.type_text(&it.type_),
        not_null: it.not_null,
    };
    let unchanged = wire::Unchanged {
        columns: difference.unchanged.columns.into_iter().map(column).collect(),
        more: difference.unchanged.more.into_iter().map(|(part, count)| (part.into(), count)).collect(),
    };
    let Difference { mut before, mut after, .. } = difference;
    for (side, relation) in [(&mut before, old), (&mut after, new)] {
        side.put_first("kind", relation.kind());
    }
    Some(wire::Change {
        object: "relation".into(),
        name: new.name.shown(),
        renamed_from: (old.name != new.name).then(|| old.name.shown()),
        before: before.into(),
        after: after.into(),
        unchanged,
    })
}

fn change(object: &'static str, before: Option<(Name, Form)>, after: Option<(Name, Form)>) -> Option<wire::Change> {
    if before == after {
        return None;
    }
    let (old, before) = before.unzip();
    let (new, after) = after.unzip();
    let name = new.clone().or(old.clone())?;
    let renamed_from = old.filter(|old| new.as_ref().is_some_and(|new| new != old));
    let [before, after] = [before, after].map(Json::from);
    Some(wire::Change { object: object.into(), name, renamed_from, before, after, ..Default::default() })
}

#[cfg(test)]
mod tests {
    use crate::report::simulate;
    use crate::report::wire::{File, Request};

    /// Bytes of all changes of a history that adds one column after another.
    fn length(columns: usize) -> usize {
        let mut text = "CREATE TABLE t (id bigint PRIMARY KEY);\n".to_owned();
        (0..columns).for_each(|at| text.push_str(&format!("ALTER TABLE t ADD COLUMN column_{at:04} text;\n")));
        let files = vec![File { name: "wide.sql".into(), text }];
        let trace = simulate(&Request { files, ..Request::default() });
        trace.steps.iter().map(|step| serde_json::to_string(&step.changes).unwrap().len()).sum()
    }

    #[test]
    fn what_changes_grows_with_the_history_and_not_with_the_table() {
        let (few, many) = (length(40), length(160));
        assert!(many < few * 9 / 2, "{many} bytes for 160 columns, {few} for 40");
    }
}
