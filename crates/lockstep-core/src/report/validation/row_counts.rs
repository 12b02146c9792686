//! No row is lost: what a table held before, it holds at the end, unless the migration itself writes rows.
//!
//! Two counts at two times differ by what the application inserted meanwhile. Where the key grows with a sequence, the
//! first count therefore keeps the highest key as well, and the second one looks no further.

use crate::effect::{DataChangeKind, RelationId};
use crate::report::validation::place::{Window, ran};
use crate::report::validation::wire::{Check, Expectation};
use crate::report::validation::{Drafts, id, sample};
use crate::schema::Schema;
use crate::schema::index::KeyColumn;
use crate::schema::relation::{Relation, Table};
use crate::simulate::trace::Trace;

pub(super) fn collect(drafts: &mut Drafts<'_>) {
    let trace = drafts.trace;
    for was in trace.start.relations_by_name().filter(|it| matches!(it.kind(), 'r' | 'p')) {
        let Some(is) = trace.end.get(was.id) else { continue };
        let part = was.table().is_some_and(|it| it.bound.is_some());
        if !part && is_worked_on(trace, was.id) && !gets_other_rows(trace, was.id) {
            compare(drafts, was, is);
        }
    }
}

/// Its definition changes, or work is done on it: a mere lock loses nothing.
fn is_worked_on(trace: &Trace, id: RelationId) -> bool {
    trace.steps.iter().filter(|it| ran(it)).any(|step| {
        step.work.iter().any(|it| it.relation == id)
            || step.data_changes.iter().any(|it| it.relation == id)
            || columns(&step.before, id) != columns(&step.after, id)
    })
}

fn columns(schema: &Schema, id: RelationId) -> usize {
    schema.get(id).map_or(0, |it| it.columns().live().count())
}

fn gets_other_rows(trace: &Trace, id: RelationId) -> bool {
    let below: Vec<RelationId> = trace.start.descendants(id).into_iter().map(|(id, _)| id).collect();
    let is_it = |it: RelationId| it == id || below.contains(&it);
    let row = |it: DataChangeKind| matches!(it, DataChangeKind::Inserted | DataChangeKind::Deleted);
    let whole_table = |it: &crate::effect::DataChange| it.kind == DataChangeKind::Dropped && it.column.is_none();
    let mut changes = trace.steps.iter().filter(|it| ran(it)).flat_map(|it| &it.data_changes);
    changes.any(|it| is_it(it.relation) && (row(it.kind) || whole_table(it)))
}

fn compare(drafts: &mut Drafts<'_>, was: &Relation, is: &Relation) {
    let trace = drafts.trace;
    let keep_id = id(&["rows", &was.name.plain()]);
    let rows = sample::rows(trace, &trace.start, was.id);
    let key = was.table().and_then(|table| growing_key(&trace.start, table));
    let last = is.table().and_then(|table| growing_key(&trace.end, table));
    let (keep, query, expected) = match key.zip(last) {
        Some(((first, _), (last, type_name))) => (
            format!("SELECT count(*) || ' up to ' || coalesce(max({first})::text, 'none') FROM {}", was.name),
            format!(
                "SELECT (SELECT count(*) FROM {} WHERE {last} <= b.highest) || ' up to ' || \
                 coalesce(b.highest::text, 'none') FROM (SELECT nullif(split_part($1, ' up to ', 2), \
                 'none')::{type_name} AS highest) AS b",
                is.name
            ),
            "the same as before, less what the application deleted meanwhile (rows that it inserted are above the key)",
        ),
        None => (
            format!("SELECT count(*) FROM {}", was.name),
            format!("SELECT count(*) FROM {}", is.name),
            "the same as before, as long as nobody else writes; no growing key tells new rows from old ones",
        ),
    };
    let check = Check { kind: "rows".into(), expected: expected.into(), rows, ..Check::default() };
    drafts.add(
        Window { from: 0, to: 0 },
        Check {
            id: keep_id.clone(),
            title: format!("rows of {}, to compare with at the end", was.name),
            relation: Some(was.name.to_string()),
            when: "before".into(),
            query: keep,
            expectation: Expectation::Keep,
            expected: "kept for the end".into(),
            ..check.clone()
        },
    );
    drafts.at_end(Check {
        id: id(&["rows", &is.name.plain(), "end"]),
        title: format!("rows of {}, as many as before", is.name),
        relation: Some(is.name.to_string()),
        query,
        expectation: Expectation::Same,
        baseline: Some(keep_id),
        ..check
    });
}

/// The primary key's one column, whose values a sequence makes, with its type's name.
fn growing_key(schema: &Schema, table: &Table) -> Option<(String, String)> {
    let index = schema.get(table.primary_key()?.index()?)?.index()?;
    let [key] = index.keys.as_slice() else { return None };
    let KeyColumn::Attribute(number) = key.column else { return None };
    let column = table.attribute(number)?;
    let mut sequences = table.sequences.iter().filter_map(|id| schema.get(*id)?.sequence());
    let grows =
        sequences.any(|it| it.owner.is_some_and(|owner| owner.column == number) && it.increment > 0 && !it.cycle);
    grows.then(|| (column.name.to_string(), schema.format_type(&column.type_)))
}
