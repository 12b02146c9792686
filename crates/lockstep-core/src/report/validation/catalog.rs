//! What the catalogs must say at the end: constraints are valid, indexes are there, valid and ready.

use crate::effect::ObjectName;
use crate::name::quote_literal;
use crate::report::validation::wire::Check;
use crate::report::validation::{Drafts, none_of};
use crate::report::words;
use crate::schema::relation::Relation;
use crate::simulate::trace::Trace;

pub(super) fn collect(drafts: &mut Drafts<'_>) {
    let trace = drafts.trace;
    let changed: Vec<&Relation> = trace.end.relations_by_name().filter(|it| is_changed(trace, it)).collect();
    let names: Vec<&ObjectName> = changed.iter().map(|it| &it.name).collect();
    if names.is_empty() {
        return;
    }
    not_valid(drafts, &changed);
    indexes(drafts, &changed);
    leftovers(drafts, &names, &changed);
}

/// Tables whose constraints or indexes are others at the end, and new ones.
fn is_changed(trace: &Trace, relation: &Relation) -> bool {
    let Some(table) = relation.table() else { return false };
    match trace.start.get(relation.id).and_then(|it| it.table()) {
        Some(was) => was.constraints != table.constraints || was.indexes != table.indexes,
        None => true,
    }
}

/// `ARRAY[to_regclass('users'), …]`: a name that is not there is no error.
fn classes(names: &[&ObjectName]) -> String {
    let names: Vec<String> =
        names.iter().map(|it| format!("to_regclass({})", quote_literal(&it.to_string()))).collect();
    format!("ARRAY[{}]", names.join(", "))
}

fn not_valid(drafts: &mut Drafts<'_>, changed: &[&Relation]) {
    let mut expected: Vec<(&ObjectName, String)> = vec![];
    for relation in changed {
        let constraints = relation.table().map(|it| it.constraints.as_slice()).unwrap_or_default();
        let left = constraints.iter().filter(|it| !it.validated || !it.enforced);
        expected.extend(left.map(|it| (&relation.name, it.name.as_str().to_owned())));
    }
    if changed.iter().all(|it| it.table().is_none_or(|it| it.constraints.is_empty())) {
        return;
    }
    let names: Vec<&ObjectName> = changed.iter().map(|it| &it.name).collect();
    let mut query = format!(
        "SELECT count(*) FROM pg_constraint AS c WHERE c.conrelid = ANY ({}) AND NOT c.convalidated",
        classes(&names)
    );
    let mut title = format!("constraints of {} that are not valid", list(&names));
    if !expected.is_empty() {
        let rows = expected.iter().map(|(table, name)| {
            format!("(to_regclass({}), {})", quote_literal(&table.to_string()), quote_literal(name))
        });
        query += &format!(
            " AND NOT EXISTS (SELECT 1 FROM (VALUES {}) AS meant(relation, name) WHERE meant.relation = c.conrelid AND \
             meant.name = c.conname)",
            rows.collect::<Vec<_>>().join(", ")
        );
        let left: Vec<String> = expected.iter().map(|(_, name)| name.clone()).collect();
        title += &format!(", besides {} (left so by the migration or before it)", left.join(", "));
    }
    drafts.at_end(none_of("not_valid", "constraints", title, query));
}

/// Indexes that the plan makes, and that are valid at its end.
fn indexes(drafts: &mut Drafts<'_>, changed: &[&Relation]) {
    let trace = drafts.trace;
    let made: Vec<&ObjectName> = changed
        .iter()
        .flat_map(|it| it.table().map(|it| it.indexes.as_slice()).unwrap_or_default())
        .filter(|id| trace.start.get(**id).is_none())
        .filter_map(|id| trace.end.get(*id))
        .filter(|it| it.index().is_some_and(|index| index.valid && index.ready))
        .map(|it| &it.name)
        .collect();
    if made.is_empty() {
        return;
    }
    let names: Vec<String> = made.iter().map(|it| format!("({})", quote_literal(&it.to_string()))).collect();
    let query = format!(
        "SELECT count(*) FROM (VALUES {}) AS made(name) LEFT JOIN pg_index AS i ON i.indexrelid = to_regclass(made.name) \
         WHERE (i.indisvalid AND i.indisready) IS NOT TRUE",
        names.join(", ")
    );
    let title = format!("new indexes that are missing, invalid or not ready: {}", list(&made));
    drafts.at_end(none_of("invalid_indexes", "new", title, query));
}

/// What a failed `CONCURRENTLY` leaves behind: every write pays for it, no query uses it.
fn leftovers(drafts: &mut Drafts<'_>, names: &[&ObjectName], changed: &[&Relation]) {
    let trace = drafts.trace;
    let indexed = |it: &&Relation| it.table().is_some_and(|it| !it.indexes.is_empty());
    let invalid = |it: &&Relation| {
        let ids = it.table().map(|it| it.indexes.as_slice()).unwrap_or_default();
        ids.iter().filter_map(|id| trace.end.get(*id)?.index()).any(|it| !it.valid || !it.ready)
    };
    // Where the migration itself ends with one, it is no surprise.
    if !changed.iter().any(indexed) || changed.iter().any(invalid) {
        return;
    }
    let query = format!(
        "SELECT count(*) FROM pg_index AS i WHERE i.indrelid = ANY ({}) AND NOT (i.indisvalid AND i.indisready)",
        classes(names)
    );
    let title = format!("indexes of {} that a failed build left invalid", list(names));
    drafts.at_end(Check { ..none_of("invalid_indexes", "left", title, query) });
}

/// The first few names.
fn list(names: &[&ObjectName]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|it| it.to_string()).collect();
    match names.len() {
        0..=SHOWN => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), words::count(more - SHOWN, "relation")),
    }
}
