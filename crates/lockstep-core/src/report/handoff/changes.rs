//! The change of the schema in words, and what each part of it means to those who use the old and the new one.

use crate::effect::RelationId;
use crate::report::handoff::model::listed;
use crate::schema::Schema;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::diff::{Diff, TablePair};
use crate::schema::index::KeyColumn;
use crate::schema::relation::Column;
use crate::schema::user_type::UserTypeKind;
use crate::simulate::trace::Trace;

/// One part of the change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub(super) words: String,
    /// The new application needs it.
    pub(super) needed: bool,
    /// The old application may fail with it.
    pub(super) breaks: bool,
    /// The step that makes it (1-based); `None` where no single one does.
    pub(super) step: Option<usize>,
    /// The step from which on it breaks, where that is a later one.
    pub(super) breaks_at: Option<usize>,
}

impl Change {
    /// The first step after which the old application may fail.
    pub(super) fn first_break(&self) -> Option<usize> {
        self.breaks_at.or(self.step).filter(|_| self.breaks)
    }
}

pub(super) fn changes(trace: &Trace, diff: &Diff) -> Vec<Change> {
    let mut found = vec![];
    let (was, is) = (&trace.start, &trace.end);
    types(trace, diff, &mut found);
    for id in &diff.made_tables {
        let Some(relation) = is.get(*id).filter(|it| it.table().is_some_and(|it| it.bound.is_none())) else { continue };
        let columns: Vec<String> = relation.columns().live().map(|(_, it)| it.name.to_string()).collect();
        let words = format!("New table `{}` with {}", relation.name, columns.join(", "));
        found.push(Change {
            words,
            needed: true,
            breaks: false,
            step: step(trace, |it| it.get(*id).is_some()),
            breaks_at: None,
        });
    }
    for id in &diff.lost_tables {
        let Some(relation) = was.get(*id).filter(|it| it.table().is_some_and(|it| it.bound.is_none())) else {
            continue;
        };
        let words = format!("Table `{}` is dropped", relation.name);
        found.push(Change {
            words,
            needed: false,
            breaks: true,
            step: step(trace, |it| it.get(*id).is_none()),
            breaks_at: None,
        });
    }
    for pair in &diff.tables {
        if was.table(pair.was).bound.is_none() {
            table(trace, pair, &mut found);
        }
    }
    found
}

/// The first step after which it holds; it did not before.
fn step(trace: &Trace, holds: impl Fn(&Schema) -> bool) -> Option<usize> {
    trace.steps.iter().find(|it| !holds(&it.before) && holds(&it.after)).map(|it| it.index)
}

fn types(trace: &Trace, diff: &Diff, found: &mut Vec<Change>) {
    let (was, is) = (&trace.start, &trace.end);
    let labels = |schema: &Schema, id| match schema.user_type(id).map(|it| &it.kind) {
        Some(UserTypeKind::Enum { labels }) => Some(labels.clone()),
        _ => None,
    };
    for id in &diff.made_types {
        let (Some(it), Some(labels)) = (is.user_type(*id), labels(is, *id)) else { continue };
        let words = format!("New enum `{}` with {}", it.name, labels.join(", "));
        found.push(Change {
            words,
            needed: true,
            breaks: false,
            step: step(trace, |it| it.user_type(*id).is_some()),
            breaks_at: None,
        });
    }
    for (before, after) in &diff.types {
        let (Some(old), Some(new)) = (labels(was, *before), labels(is, *after)) else { continue };
        let Some(it) = is.user_type(*after) else { continue };
        let made: Vec<&String> = new.iter().filter(|it| !old.contains(it)).collect();
        let lost: Vec<&String> = old.iter().filter(|it| !new.contains(it)).collect();
        let has = |schema: &Schema| labels(schema, *after).is_some_and(|it| it == new);
        for label in &made {
            let words = format!("Enum `{}` has a new value `{label}`", it.name);
            let breaks = !lost.is_empty();
            found.push(Change { words, needed: true, breaks, step: step(trace, has), breaks_at: None });
        }
        for label in lost {
            let words = format!("Enum `{}` has no value `{label}` any more", it.name);
            found.push(Change { words, needed: false, breaks: true, step: step(trace, has), breaks_at: None });
        }
    }
}

fn table(trace: &Trace, pair: &TablePair, found: &mut Vec<Change>) {
    let (was, is) = (&trace.start, &trace.end);
    let (old, new) = (was.relation(pair.was), is.relation(pair.is));
    let (old_table, new_table) = (was.table(pair.was), is.table(pair.is));
    let name = &new.name;
    if old.name != new.name {
        let words = format!("Table `{}` is now `{name}` (a rename: the rows stay)", old.name);
        let step = step(trace, |it| it.get(pair.is).is_some_and(|it| it.name == new.name));
        found.push(Change { words, needed: true, breaks: true, step, breaks_at: None });
    }
    for number in &pair.made_columns {
        let Some(column) = new_table.attribute(*number) else { continue };
        let required =
            column.not_null && column.default.is_none() && column.identity.is_none() && column.generated.is_none();
        let words = format!("New column `{name}.{}`: {}", column.name, described(is, pair.is, column));
        let breaks_at =
            step(trace, |it| column_of(it, pair.is, *number).is_some_and(|it| it.not_null && it.default.is_none()));
        let step = step(trace, |it| column_of(it, pair.is, *number).is_some());
        found.push(Change { words, needed: true, breaks: required, step, breaks_at });
    }
    for number in &pair.lost_columns {
        let words = format!("Column `{}.{}` is dropped", old.name, old_table.column_name(*number));
        let step = step(trace, |it| column_of(it, pair.was, *number).is_none());
        found.push(Change { words, needed: false, breaks: true, step, breaks_at: None });
    }
    for columns in &pair.columns {
        let (Some(before), Some(after)) = (old_table.attribute(columns.was), new_table.attribute(columns.is)) else {
            continue;
        };
        column(trace, pair, columns.is, before, after, found);
    }
    constraints(trace, pair, found);
    indexes(trace, pair, found);
    if !old_table.row_security && new_table.row_security {
        let words = format!("Row security is on for `{name}`: roles see what its policies let them see");
        let step = step(trace, |it| it.get(pair.is).and_then(|it| it.table()).is_some_and(|it| it.row_security));
        found.push(Change { words, needed: false, breaks: true, step, breaks_at: None });
    }
}

fn column_of(schema: &Schema, table: RelationId, number: u16) -> Option<&Column> {
    schema.get(table)?.columns().attribute(number).filter(|it| !it.dropped)
}

/// `character varying(255), nullable`.
fn described(schema: &Schema, table: RelationId, column: &Column) -> String {
    let mut parts = vec![schema.format_type(&column.type_)];
    parts.push(if column.not_null { "not null".into() } else { "nullable".into() });
    parts.extend(column.default.as_ref().map(|it| format!("default {}", schema.print_expression(table, it))));
    parts.extend(column.identity.map(|_| "numbered by the database".to_owned()));
    parts.extend(
        column.generated.as_ref().map(|it| format!("computed as {}", schema.print_expression(table, &it.expression))),
    );
    parts.join(", ")
}

fn column(trace: &Trace, pair: &TablePair, number: u16, before: &Column, after: &Column, found: &mut Vec<Change>) {
    let (was, is) = (&trace.start, &trace.end);
    let full = format!("{}.{}", is.relation(pair.is).name, after.name);
    let now = |holds: &dyn Fn(&Column) -> bool| step(trace, |it| column_of(it, pair.is, number).is_some_and(holds));
    if before.name != after.name {
        let old = format!("{}.{}", was.relation(pair.was).name, before.name);
        let words = format!("Column `{old}` is now `{full}` (a rename: the values stay)");
        found.push(Change {
            words,
            needed: true,
            breaks: true,
            step: now(&|it| it.name == after.name),
            breaks_at: None,
        });
    }
    let types = (was.format_type(&before.type_), is.format_type(&after.type_));
    if types.0 != types.1 {
        let words = format!("Column `{full}` changes its type from {} to {}", types.0, types.1);
        let wider = is_wider(&types.0, &types.1);
        found.push(Change {
            words,
            needed: true,
            breaks: !wider,
            step: now(&|it| it.type_ == after.type_),
            breaks_at: None,
        });
    }
    if !before.not_null && after.not_null {
        let words = format!("Column `{full}` takes no null any more");
        found.push(Change {
            words,
            needed: false,
            breaks: after.default.is_none(),
            step: now(&|it| it.not_null),
            breaks_at: None,
        });
    }
    if before.not_null && !after.not_null {
        let words = format!("Column `{full}` may be null: what reads it must be ready for that");
        found.push(Change { words, needed: false, breaks: true, step: now(&|it| !it.not_null), breaks_at: None });
    }
    let text = |schema: &Schema, table, it: &Column| it.default.as_ref().map(|it| schema.print_expression(table, it));
    let (old, new) = (text(was, pair.was, before), text(is, pair.is, after));
    if old != new && before.identity == after.identity {
        let words = match &new {
            Some(new) => format!("Column `{full}` has the default {new}"),
            None => format!("Column `{full}` has no default any more"),
        };
        found.push(Change {
            words,
            needed: new.is_some(),
            breaks: new.is_none(),
            step: now(&|it| it.default == after.default),
            breaks_at: None,
        });
    }
}

/// What fits the one fits the other, and is read the same way.
fn is_wider(from: &str, to: &str) -> bool {
    let length = |it: &str| it.strip_prefix("character varying(")?.strip_suffix(')')?.parse::<u32>().ok();
    match (from, to, length(from), length(to)) {
        (_, "text" | "character varying", Some(_), _) | ("character varying", "text", ..) => true,
        (_, _, Some(a), Some(b)) => a <= b,
        ("smallint", "integer" | "bigint", ..) | ("integer", "bigint", ..) => true,
        _ => false,
    }
}

fn constraints(trace: &Trace, pair: &TablePair, found: &mut Vec<Change>) {
    let (was, is) = (&trace.start, &trace.end);
    let (old, new) = (was.table(pair.was), is.table(pair.is));
    let name = &is.relation(pair.is).name;
    let shown = |it: &&Constraint| {
        !matches!(it.kind, ConstraintKind::NotNull { .. }) && it.parent.is_none() && it.inherited == 0
    };
    let has = |schema: &Schema, table, it: &str| {
        schema.get(table).and_then(|it| it.table()).is_some_and(|t| t.constraint(it).is_some())
    };
    for constraint in new.constraints.iter().filter(shown) {
        let word = constraint.name.as_str();
        match old.constraint(word) {
            None => {
                let definition = is.constraint_definition(pair.is, constraint);
                let words = format!("New constraint `{}` on `{name}`: {definition}", constraint.name);
                let step = step(trace, |it| has(it, pair.is, word));
                let breaks = constraint.enforced && touches_old_columns(is, pair, constraint);
                found.push(Change { words, needed: false, breaks, step, breaks_at: None });
            }
            Some(before) if !before.validated && constraint.validated => {
                let words = format!("Constraint `{}` on `{name}` is valid for every row", constraint.name);
                found.push(Change { words, needed: false, breaks: false, step: None, breaks_at: None });
            }
            Some(_) => {}
        }
    }
    for constraint in old.constraints.iter().filter(shown) {
        let word = constraint.name.as_str();
        if new.constraint(word).is_none() {
            let words = format!("Constraint `{}` on `{name}` is dropped", constraint.name);
            let step = step(trace, |it| !has(it, pair.was, word));
            found.push(Change { words, needed: false, breaks: false, step, breaks_at: None });
        }
    }
}

/// What the old version writes may break it: it asks for a column that was there before.
fn touches_old_columns(schema: &Schema, pair: &TablePair, constraint: &Constraint) -> bool {
    let columns: Vec<u16> = match &constraint.kind {
        ConstraintKind::Check { expression, .. } => expression.columns().into_iter().collect(),
        ConstraintKind::ForeignKey(key) => key.columns.clone(),
        ConstraintKind::NotNull { column, .. } => vec![*column],
        ConstraintKind::PrimaryKey { index }
        | ConstraintKind::Unique { index }
        | ConstraintKind::Exclude { index, .. } => {
            schema.get(*index).and_then(|it| it.index()).map(|it| it.columns().to_vec()).unwrap_or_default()
        }
    };
    columns.iter().any(|it| !pair.made_columns.contains(it))
}

fn indexes(trace: &Trace, pair: &TablePair, found: &mut Vec<Change>) {
    let (was, is) = (&trace.start, &trace.end);
    let (old, new) = (was.table(pair.was), is.table(pair.is));
    let name = &is.relation(pair.is).name;
    let keeps = |table: &crate::schema::relation::Table, id: RelationId| {
        table.constraints.iter().any(|it| it.index() == Some(id))
    };
    for id in new.indexes.iter().filter(|id| !old.indexes.contains(id) && !keeps(new, **id)) {
        let Some((relation, index)) = is.get(*id).and_then(|it| Some((it, it.index()?))) else { continue };
        let unique = if index.unique { "unique index" } else { "index" };
        let keys: Option<Vec<u16>> = index
            .keys
            .iter()
            .map(|it| match it.column {
                KeyColumn::Attribute(it) => Some(it),
                _ => None,
            })
            .collect();
        let keys = keys.map_or_else(|| is.key_texts(index).join(", "), |it| listed(new, &it));
        let words = format!("New {unique} `{}` on `{name}` ({keys})", relation.name);
        found.push(Change {
            words,
            needed: false,
            breaks: index.unique,
            step: step(trace, |it| it.get(*id).is_some()),
            breaks_at: None,
        });
    }
    for id in old.indexes.iter().filter(|id| !new.indexes.contains(id) && !keeps(old, **id)) {
        let Some(relation) = was.get(*id) else { continue };
        let words = format!("Index `{}` on `{name}` is dropped", relation.name);
        found.push(Change {
            words,
            needed: false,
            breaks: false,
            step: step(trace, |it| it.get(*id).is_none()),
            breaks_at: None,
        });
    }
}
