//! Rows in the way: how to find them, how to go on without them.

use crate::name::{Ident, quote_literal};
use crate::pg::behavior;
use crate::pg::types::Type;
use crate::report::failure::subject::{Changed, Subject, literal};
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::ddl::Without;
use crate::schema::index::KeyColumn;
use crate::schema::relation::Relation;
use crate::syntax::expression::{Expr, TypeName};
use crate::syntax::parse_expression;
use crate::syntax::statement::{AlterTable, AlterTableAction, CreateIndex, Statement, Subcommand};

/// Questions that are told of; a statement can have many.
pub(super) const MOST: usize = 4;
/// Rows that a query shows.
const SHOWN: usize = 100;
const COUNT: &str = "SELECT count(*) FROM ";
const DOUBLES: &str = " HAVING count(*) > 1) AS duplicates";

/// Pairs of what for and SQL.
pub(super) type Items = Vec<(&'static str, String)>;

/// What the step's own questions ask, row by row where that is possible.
pub(super) fn in_the_way(subject: &Subject) -> Items {
    // Those that answer with the error itself would tell nothing new.
    let questions = subject.questions().into_iter().filter(|it| !it.expected.starts_with("any number"));
    let items = questions.take(MOST).map(|it| match listed(&it.query) {
        Some(query) => ("Rows in the way", query),
        None => ("This decides", it.query.clone()),
    });
    items.collect()
}

/// A count as the rows that it counts.
fn listed(query: &str) -> Option<String> {
    let rest = query.strip_prefix(COUNT)?;
    if let Some(groups) = rest.strip_suffix(DOUBLES).and_then(|it| it.strip_prefix("(SELECT 1 FROM ")) {
        let (_, keys) = groups.rsplit_once(" GROUP BY ")?;
        return Some(format!(
            "SELECT {keys}, count(*) FROM {groups} HAVING count(*) > 1 ORDER BY count(*) DESC LIMIT {SHOWN}"
        ));
    }
    // Whether there is any row at all.
    let rest =
        rest.strip_suffix(" LIMIT 1) AS any_row").and_then(|it| it.strip_prefix("(SELECT 1 FROM ")).unwrap_or(rest);
    Some(format!("SELECT * FROM {rest} LIMIT {SHOWN}"))
}

/// The table and the condition of a count over one table.
fn counted<'a>(subject: &'a Subject, relation: &Relation) -> Option<(&'a str, &'a str)> {
    let counts = subject.questions().into_iter().filter_map(|it| it.query.strip_prefix(COUNT)?.split_once(" WHERE "));
    let name = relation.name.to_string();
    counts
        .into_iter()
        .find(|(from, _)| *from == name || from.strip_prefix(&name).is_some_and(|it| it.starts_with(" AS ")))
}

pub(super) fn nulls(subject: &Subject) -> Items {
    let mut items = vec![];
    for Changed { relation, number, before, after } in subject.columns().into_iter().filter(|it| it.after.not_null) {
        let (table, column) = (&relation.name, &after.name);
        let Some(before) = before else {
            let definition = subject.after().column_definition(relation.id, number, Without { not_null: true });
            items.push((
                "First without NOT NULL: fill it in batches, then set it",
                format!("ALTER TABLE {table} ADD COLUMN {definition}"),
            ));
            continue;
        };
        if before.not_null {
            continue;
        }
        let name = Ident::new(&format!("ck_{}_{}_filled", relation.name.name.as_str(), column.as_str()));
        items.push((
            "So that no more nulls come in while the old ones are filled",
            format!("ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID"),
        ));
        if before.default.is_some() {
            items.push((
                "Fill them with the default",
                format!("UPDATE {table} SET {column} = DEFAULT WHERE {column} IS NULL"),
            ));
        }
    }
    items
}

/// Foreign keys and checks: new rows first, then the old ones.
pub(super) fn constraint(subject: &Subject) -> Items {
    let mut items = vec![];
    if let Some(relation) = subject.relation().filter(|_| subject.message.starts_with("no partition of relation")) {
        let bounds = format!(
            "SELECT c.oid::regclass, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits AS i JOIN pg_class AS c ON \
             c.oid = i.inhrelid WHERE i.inhparent = to_regclass({})",
            literal(relation)
        );
        items.push(("Partitions that there are, and what each takes", bounds));
    }
    let wanted = |it: &Constraint| match it.kind {
        ConstraintKind::ForeignKey(_) => subject.sqlstate == "23503",
        ConstraintKind::Check { .. } => subject.sqlstate == "23514",
        _ => false,
    };
    for (relation, constraint, was_there) in subject.constraints().into_iter().filter(|it| wanted(it.1)) {
        let (table, name) = (&relation.name, &constraint.name);
        let can_wait = relation.kind() == 'r' && subject.before().get(relation.id).is_some();
        if can_wait && !was_there {
            let later = Constraint { validated: false, ..constraint.clone() };
            let definition = subject.after().constraint_definition(relation.id, &later);
            items.push((
                "New rows keep to it from now on, old ones later",
                format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"),
            ));
        }
        items.extend(repairs(subject, relation, constraint));
        if can_wait {
            items.push(("Once no row is in the way", format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}")));
        }
    }
    items
}

fn repairs(subject: &Subject, relation: &Relation, constraint: &Constraint) -> Items {
    let Some((from, condition)) = counted(subject, relation) else { return vec![] };
    let mut items = vec![];
    if let (Some(key), Some(table)) = (constraint.foreign_key(), relation.table()) {
        let columns: Vec<_> = key.columns.iter().filter_map(|it| table.attribute(*it)).collect();
        if columns.iter().all(|it| !it.not_null && it.generated.is_none()) {
            let nulls: Vec<String> = columns.iter().map(|it| format!("{} = NULL", it.name)).collect();
            items.push((
                "Let them refer to nothing",
                format!("UPDATE {from} SET {} WHERE {condition}", nulls.join(", ")),
            ));
        }
    }
    let delete = if items.is_empty() {
        "Where they are of no use, delete them"
    } else {
        "Or, where they are of no use, delete them"
    };
    items.push((delete, format!("DELETE FROM {from} WHERE {condition}")));
    items
}

pub(super) fn duplicates(subject: &Subject) -> Items {
    let mut items = vec![];
    for (relation, made, index) in subject.unique_indexes() {
        if matches!(
            subject.step.statement.as_deref(),
            Some(Statement::CreateIndex(CreateIndex { concurrently: true, .. }))
        ) {
            items.push((
                "The failed build leaves an index that is not valid",
                format!("DROP INDEX CONCURRENTLY IF EXISTS {}", made.name),
            ));
        }
        let Some(table) = relation.table().filter(|_| relation.kind() == 'r' && index.predicate.is_none()) else {
            continue;
        };
        let keys: Option<Vec<String>> = index
            .keys
            .iter()
            .map(|key| match key.column {
                KeyColumn::Attribute(number) => Some(table.column_name(number)).map(|it| format!("a.{it} = b.{it}")),
                KeyColumn::Expression(_) => None,
            })
            .collect();
        if let Some(keys) = keys {
            let delete = format!(
                "DELETE FROM {0} AS a USING {0} AS b WHERE a.ctid > b.ctid AND {1}",
                relation.name,
                keys.join(" AND ")
            );
            items.push(("Keep one of each; look first at what refers to the others", delete));
        }
    }
    items
}

/// Values that the new type does not take.
pub(super) fn conversion(subject: &Subject) -> Items {
    let mut items = vec![];
    for Changed { relation, before, after, .. } in subject.columns() {
        let Some(before) = before.filter(|it| it.type_ != after.type_) else { continue };
        let (table, column) = (&relation.name, &after.name);
        let Some(wrong) =
            misfits(subject, column, before.type_, after.type_).filter(|_| is_plain_cast(subject, column))
        else {
            let query = format!(
                "SELECT {column}, count(*) FROM {table} GROUP BY {column} ORDER BY count(*) DESC LIMIT {SHOWN}"
            );
            items.push(("Values that are there", query));
            continue;
        };
        items.push(("Rows in the way", format!("SELECT * FROM {table} WHERE {wrong} LIMIT {SHOWN}")));
        if let Some(length) = length(after.type_) {
            items.push((
                "Cut them, where that is right",
                format!("UPDATE {table} SET {column} = left({column}::text, {length}) WHERE {wrong}"),
            ));
        } else if !before.not_null {
            items
                .push(("Empty them, where that is right", format!("UPDATE {table} SET {column} = NULL WHERE {wrong}")));
        }
    }
    items
}

/// A condition that finds them, where there is one that does not fail itself.
fn misfits(subject: &Subject, column: &Ident, from: Type, to: Type) -> Option<String> {
    let outside = |value: &str| {
        let (least, most) = range(to)?;
        Some(format!("{value} NOT BETWEEN {least} AND {most}"))
    };
    if is_number(from) {
        // A fraction is rounded by the conversion.
        let whole = from.bare() == Type::NUMERIC;
        return outside(&if whole { format!("round({column})") } else { column.to_string() });
    }
    if !is_text(from) {
        return None;
    }
    if let Some(length) = length(to) {
        return Some(format!("length(rtrim({column}::text, ' ')) > {length}"));
    }
    if behavior::asks_whether_input_is_valid(subject.trace.version) {
        let name = subject.after().format_type(&to);
        return Some(format!("NOT pg_input_is_valid({column}::text, {})", quote_literal(&name)));
    }
    let outside = outside(&format!("{column}::numeric"))?;
    Some(format!("CASE WHEN {column} ~ '^\\s*[-+]?[0-9]+\\s*$' THEN {outside} ELSE {column} IS NOT NULL END"))
}

fn is_text(type_: Type) -> bool {
    !type_.array && [Type::TEXT, Type::VARCHAR, Type::BPCHAR].contains(&type_.bare())
}

fn is_number(type_: Type) -> bool {
    !type_.array && [Type::INT2, Type::INT4, Type::INT8, Type::NUMERIC].contains(&type_.bare())
}

/// What an integer type holds.
fn range(type_: Type) -> Option<(i64, i64)> {
    match type_.bare() {
        _ if type_.array => None,
        Type::INT2 => Some((i16::MIN.into(), i16::MAX.into())),
        Type::INT4 => Some((i32::MIN.into(), i32::MAX.into())),
        Type::INT8 => Some((i64::MIN, i64::MAX)),
        _ => None,
    }
}

/// Characters that a type of limited length holds.
fn length(type_: Type) -> Option<i32> {
    let limited = !type_.array && [Type::VARCHAR, Type::BPCHAR].contains(&type_.bare()) && type_.modifier > 4;
    limited.then(|| type_.modifier - 4)
}

/// The statement converts the column's own value, as it does where it says nothing.
fn is_plain_cast(subject: &Subject, name: &Ident) -> bool {
    let Some(Statement::AlterTable(AlterTable { action: AlterTableAction::Subcommands(all), .. })) =
        subject.step.statement.as_deref()
    else {
        return false;
    };
    let conversion = all.iter().find_map(|it| match it {
        Subcommand::SetType { column, using, type_name, .. } if column == name => Some((type_name, using)),
        _ => None,
    });
    conversion
        .is_some_and(|(type_name, using)| using.as_ref().is_none_or(|it| Some(it) == cast(name, type_name).as_ref()))
}

/// `age::integer`.
pub(super) fn cast(column: &Ident, type_name: &TypeName) -> Option<Expr> {
    parse_expression(&format!("{column}::{type_name}")).ok()
}
