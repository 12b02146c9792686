//! `UPDATE` and `DELETE` of many rows in one transaction.

use crate::effect::WorkKind;
use crate::hazard::exposure::has_rows;
use crate::hazard::is_always_true;
use crate::name::Ident;
use crate::pg::catalog;
use crate::pg::types::Type;
use crate::pg::version::PgVersion;
use crate::pg::volatility::Volatility;
use crate::rewrite::backfill::{Backfill, Walk};
use crate::rewrite::{Recipe, Rewrite, Site};
use crate::schema::relation::{Relation, Table};
use crate::syntax::expression::{Expr, Literal};
use crate::syntax::statement::{RowStatement, Statement};

pub(super) static RECIPE: Recipe = Recipe {
    id: "backfill_rows",
    title: "Change many rows",
    about: "Batches of a few thousand rows, each a transaction of its own, so that no row stays locked for longer than \
            a batch takes and vacuum can clean up behind them; rows that are done are left out, so that it can be run \
            again.",
    rewrite,
};

/// So many rows change within a moment.
const FEW: f64 = 10_000.0;

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (change, updates) = match site.statement()? {
        Statement::Update(change) => (change, true),
        Statement::Delete(change) => (change, false),
        _ => return None,
    };
    let relation = site.used(&change.table)?;
    let table = relation.table()?;
    if !writes_many(site, relation) {
        return None;
    }
    let chosen = change.condition.as_ref().filter(|it| !is_always_true(it));
    if chosen.is_some_and(|it| picks_one_row(site, relation, it)) {
        return None;
    }
    if change.opaque {
        return Rewrite::refuse("Not all of it is understood, so it is not cut into batches");
    }
    if change.returning {
        return Rewrite::refuse("RETURNING asks for all its rows at once, which batches cannot give");
    }
    let Some(walk) = Walk::through(site.before(), relation.id) else {
        return Rewrite::refuse(format!(
            "Batches need a primary key of one integer column to walk through the partitions of {}, which it lacks: \
             change them partition by partition",
            relation.name
        ));
    };
    let condition = match updates {
        true => match left_to_do(site, relation, table, change, chosen, &walk) {
            Ok(condition) => condition,
            Err(why) => return Rewrite::refuse(why),
        },
        // What is deleted is not found again.
        false => chosen.map(ToString::to_string),
    };
    let assignments: Vec<String> = change.assignments.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let backfill = Backfill {
        table: relation.name.clone(),
        only: change.only,
        alias: change.alias.clone(),
        set: updates.then(|| assignments.join(", ")),
        copy: None,
        from: sources(change),
        condition,
        walk,
    };
    let name = &relation.name;
    let why = format!(
        "Rows of {name} change in batches: each is locked for as long as its batch takes, not until all are done."
    );
    Some(Rewrite::new(why).backfill(backfill, "It can be stopped and run again: rows that are done are left out."))
}

/// The statement writes rows of the table or of its partitions, which are not known to be few.
pub(super) fn writes_many(site: &Site<'_>, relation: &Relation) -> bool {
    let below = |id| id == relation.id || site.before().ancestors(id).contains(&relation.id);
    let writes = site.step.work.iter().any(|it| it.kind == WorkKind::WriteRows && below(it.relation));
    writes && has_rows(site.step, relation.id) && !is_few(site, relation)
}

fn is_few(site: &Site<'_>, relation: &Relation) -> bool {
    let facts = site.trace.plan.facts.of(relation.name.schema.as_str(), relation.name.name.as_str());
    facts.and_then(|it| it.rows).is_some_and(|it| it <= FEW)
}

/// What follows `FROM` or `USING`.
fn sources(change: &RowStatement) -> Option<String> {
    if change.sources.is_some() {
        return change.sources.clone();
    }
    let one = |(name, alias): &(crate::name::QualifiedName, Option<Ident>)| match alias {
        Some(alias) => format!("{name} AS {alias}"),
        None => name.to_string(),
    };
    let all: Vec<String> = change.from.iter().map(one).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// The condition that finds what is left to do, so that a second run does no harm; else why there is none.
fn left_to_do(
    site: &Site<'_>,
    relation: &Relation,
    table: &Table,
    change: &RowStatement,
    chosen: Option<&Expr>,
    walk: &Walk,
) -> Result<Option<String>, String> {
    let mut changes = vec![];
    let start = site.trace.start.get(relation.id).and_then(Relation::table);
    for (name, value) in &change.assignments {
        let Some((number, column)) = table.column(name.as_str()) else {
            return Err(format!("Column {name} is not known"));
        };
        let named = change.alias.as_ref().map_or_else(|| relation.name.name.clone(), Ident::clone);
        let target = match change.from.is_empty() && change.sources.is_none() {
            true => name.to_string(),
            false => format!("{named}.{name}"),
        };
        let written: Vec<&Ident> = change.assignments.iter().map(|(name, _)| name).collect();
        let reads_what_it_writes = mentions(value, &written);
        let is_new = start.is_some_and(|it| it.attribute(number).is_none());
        let others: Vec<&Ident> = written.iter().copied().filter(|it| *it != name).collect();
        if is_settled_by_itself(value, name) && !mentions(value, &others) && has_equality(&column.type_) {
            changes.push(format!("{target} IS DISTINCT FROM {value}"));
            continue;
        }
        if reads_what_it_writes || has_query(value) {
            // Done twice it may come to something else, unless the rows themselves say that it is done.
            if !chosen.is_some_and(|it| mentions(it, &written)) {
                let reads = if reads_what_it_writes { "what it writes" } else { "other rows" };
                return Err(format!(
                    "The new value of {name} is computed from {reads}, and no condition says which rows are done: run \
                     again after an interruption, batches would change rows twice; add a condition on {name} that no \
                     longer holds once a row is done"
                ));
            }
            continue;
        }
        if is_new && column.default.is_none() {
            // The application may have written newer values meanwhile: they stay.
            let known = matches!(value, Expr::Literal(it) if *it != Literal::Null);
            changes.push(match known {
                true => format!("{target} IS NULL"),
                false => format!("({target} IS NULL AND {value} IS NOT NULL)"),
            });
        } else if is_repeatable(value, site.version()) {
            if has_equality(&column.type_) {
                changes.push(format!("{target} IS DISTINCT FROM {value}"));
            } else if *walk == Walk::Pages && chosen.is_none() {
                return Err(format!(
                    "Values of {name} cannot be compared and the table has no integer key to walk along, so batches \
                     would not know which rows are done; add a condition that says it"
                ));
            }
        } else if !chosen.is_some_and(|it| asks_for_null(it, name)) {
            return Err(format!(
                "The new value of {name} comes out otherwise each time, so batches run again would change rows twice; \
                 add WHERE {name} IS NULL, or a condition that no longer holds once a row is done"
            ));
        }
    }
    let chosen = chosen.map(|it| match it {
        Expr::Or(_) => format!("({it})"),
        _ => it.to_string(),
    });
    let changes = match &changes[..] {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(format!("({})", several.join(" OR "))),
    };
    Ok(match (chosen, changes) {
        (Some(chosen), Some(changes)) if chosen == changes => Some(chosen),
        (Some(chosen), Some(changes)) => Some(format!("{chosen} AND {changes}")),
        (one, other) => one.or(other),
    })
}

/// Computed from the column itself, it comes to the same when it is computed from its own result: `lower(trim(name))`,
/// `coalesce(name, '')`.
fn is_settled_by_itself(value: &Expr, name: &Ident) -> bool {
    let is_column = |it: &Expr| matches!(it, Expr::Column(path) if path.last() == Some(name));
    let plain = |it: &Expr| matches!(it, Expr::Literal(_) | Expr::TypedLiteral { .. });
    match value {
        Expr::Coalesce(items) => matches!(&items[..], [first, rest @ ..] if is_column(first) && rest.iter().all(plain)),
        Expr::NullIf(first, second) => is_column(first) && plain(second),
        Expr::MinMax { arguments, .. } => {
            arguments.iter().any(is_column) && arguments.iter().all(|it| is_column(it) || plain(it))
        }
        Expr::Function(call) if call.name.schema.as_ref().is_none_or(|it| *it == "pg_catalog") => match &call.arguments[..] {
            [only] => {
                let inner = &only.value;
                match call.name.name.as_str() {
                    "initcap" | "abs" | "ceil" | "ceiling" | "floor" | "trunc" | "round" => is_column(inner),
                    // Letters and blanks do not change each other.
                    "lower" | "upper" | "btrim" | "ltrim" | "rtrim" => is_column(inner) || is_trimmed(inner, name),
                    _ => false,
                }
            }
            _ => false,
        },
        _ => false,
    }
}

/// The column without blanks around it.
fn is_trimmed(value: &Expr, name: &Ident) -> bool {
    match value {
        Expr::Function(call) => match (call.name.name.as_str(), &call.arguments[..]) {
            ("btrim" | "ltrim" | "rtrim", [only]) => {
                matches!(&only.value, Expr::Column(path) if path.last() == Some(name)) || is_trimmed(&only.value, name)
            }
            _ => false,
        },
        _ => false,
    }
}

pub(super) fn mentions(expression: &Expr, columns: &[&Ident]) -> bool {
    let mut found = false;
    expression.visit(&mut |it| {
        if let Expr::Column(path) = it {
            found |= path.last().is_some_and(|name| columns.contains(&name));
        }
    });
    found
}

/// It reads other rows, or is not read itself.
pub(super) fn has_query(expression: &Expr) -> bool {
    let mut found = false;
    expression.visit(&mut |it| found |= matches!(it, Expr::Query(_) | Expr::Opaque(_)));
    found
}

/// Computed twice over the same row it comes to the same.
pub(super) fn is_repeatable(expression: &Expr, version: PgVersion) -> bool {
    let mut all = true;
    expression.visit(&mut |it| {
        all &= match it {
            Expr::Function(call) => {
                let mut rows = catalog::functions(call.name.name.as_str(), version).peekable();
                rows.peek().is_some() && rows.all(|row| row.function.volatility == Volatility::Immutable)
            }
            Expr::Value { .. } | Expr::Opaque(_) | Expr::Query(_) => false,
            _ => true,
        };
    });
    all
}

/// `column IS NULL` must hold.
fn asks_for_null(condition: &Expr, column: &Ident) -> bool {
    match condition {
        Expr::And(all) => all.iter().any(|it| asks_for_null(it, column)),
        Expr::IsNull { operand, negated: false } => {
            matches!(&**operand, Expr::Column(path) if path.last() == Some(column))
        }
        _ => false,
    }
}

/// `column = value` for each column of a unique key: at most one row.
fn picks_one_row(site: &Site<'_>, relation: &Relation, condition: &Expr) -> bool {
    let Some(table) = relation.table() else { return false };
    let parts = match condition {
        Expr::And(all) => &all[..],
        one => std::slice::from_ref(one),
    };
    let fixed = |number: u16| {
        let name = table.column_name(number);
        parts.iter().any(|it| match it {
            Expr::Binary { left, operator, right } if operator.symbol == "=" => {
                let is_it = |side: &Expr| matches!(side, Expr::Column(path) if path.last() == Some(&name));
                let constant = |side: &Expr| !matches!(side, Expr::Column(_)) && !has_query(side);
                is_it(left) && constant(right) || is_it(right) && constant(left)
            }
            _ => false,
        })
    };
    table.indexes.iter().any(|id| {
        let index = site.before().index(*id);
        index.unique && index.predicate.is_none() && index.key_columns().is_some_and(|it| it.into_iter().all(fixed))
    })
}

/// Whether `IS DISTINCT FROM` can compare values of the type.
pub(super) fn has_equality(type_: &Type) -> bool {
    let plain = type_.element().unwrap_or(*type_);
    // `varchar` and `cidr` are compared as `text` and `inet`.
    if plain.is(Type::VARCHAR) || plain.is(Type::CIDR) {
        return true;
    }
    let is_range = plain.row().is_some_and(|row| matches!(row.kind, 'r' | 'm'));
    is_range || catalog::equality().iter().any(|row| row.left.is(plain) || row.left.is(plain.bare()))
}
