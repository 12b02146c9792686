//! Columns that are filled from others of the same row: while both are written, they must go together.

use crate::name::Ident;
use crate::pg::volatility::is_immutable_name;
use crate::report::validation::place::{Window, ran};
use crate::report::validation::wire::Check;
use crate::report::validation::{Drafts, none_of, sample};
use crate::schema::relation::Relation;
use crate::simulate::trace::{Step, Trace};
use crate::syntax::expression::Expr;
use crate::syntax::row_statement::RowStatement;
use crate::syntax::statement::Statement;

pub(super) fn collect(drafts: &mut Drafts<'_>) {
    let trace = drafts.trace;
    for step in trace.steps.iter().filter(|it| ran(it)) {
        let Some(Statement::Update(update)) = step.statement.as_deref() else { continue };
        let Some(relation) = target(step, trace, update) else { continue };
        for (column, value) in &update.assignments {
            let Some((number, _)) = relation.columns().find(column.as_str()) else { continue };
            let was = trace.start.get(relation.id).and_then(|it| it.columns().attribute(number));
            if was.is_none() {
                copy(drafts, step, relation, update, column, value);
            }
        }
    }
}

/// The table of an `UPDATE` that looks at nothing else, where it was there before the migration.
fn target<'a>(step: &'a Step, trace: &Trace, update: &RowStatement) -> Option<&'a Relation> {
    let plain = update.from.is_empty() && update.sources.is_none() && update.reads.is_empty() && !update.opaque;
    let id = step.data_changes.iter().map(|it| it.relation).find(|id| {
        step.before.get(*id).is_some_and(|it| it.name.name == update.table.name && !trace.is_made_by_plan(*id))
    });
    step.before.get(id.filter(|_| plain)?)
}

fn copy(
    drafts: &mut Drafts<'_>,
    step: &Step,
    relation: &Relation,
    update: &RowStatement,
    column: &Ident,
    value: &Expr,
) {
    let trace = drafts.trace;
    let sources = sources(value, relation);
    let Some(sources) = sources.filter(|it| !it.is_empty() && !it.contains(column)) else { return };
    let name = &relation.name;
    let alias = update.alias.as_ref().map(|it| format!(" AS {it}")).unwrap_or_default();
    let window = Window::after(step.index, &[relation.id], trace);
    let from_words = sources.iter().map(Ident::to_string).collect::<Vec<_>>().join(", ");
    if let Some(conditions) = rows_that_it_takes(update, column) {
        let differs = format!("{column} IS DISTINCT FROM ({value})");
        // Outside of these rows the expression may raise an error.
        let wrong = match conditions.as_str() {
            "" => differs,
            rows => format!("CASE WHEN {rows} THEN {differs} ELSE false END"),
        };
        let title = format!("rows of {name} whose {column} is not what {from_words} makes it");
        let make = |rows: &str| (vec![], format!("SELECT count(*) FROM {rows} WHERE {wrong}"));
        let query = make(&format!("{name}{alias}")).1;
        let check = none_of("copies", &format!("{}_{column}", name.plain()), title, query);
        let sample = sample::of_table(trace, &step.after, relation.id, |rows| match rows.split_once(' ') {
            Some((table, rest)) => make(&format!("{table}{alias} {rest}")),
            None => make(rows),
        });
        add(drafts, window, step, relation, Check { sample, ..check });
    }
    if let [source] = sources.as_slice() {
        let title = format!("rows of {name} with a {source} that is not taken over into {column} yet");
        let make = |rows: &str| {
            (vec![], format!("SELECT count(*) FROM {rows} WHERE {column} IS NULL AND {source} IS NOT NULL"))
        };
        let what = format!("{}_{column}_missing", name.plain());
        let check = none_of("copies", &what, title, make(&name.to_string()).1);
        let sample = sample::of_table(trace, &step.after, relation.id, make);
        add(drafts, window, step, relation, Check { sample, ..check });
    }
}

fn add(drafts: &mut Drafts<'_>, window: Window, step: &Step, relation: &Relation, check: Check) {
    let rows = sample::rows(drafts.trace, &step.after, relation.id);
    // Several batches are one backfill: it is asked after the last of them.
    let earlier = drafts.made.iter_mut().find(|it| it.kind == "copies" && it.query == check.query);
    if let Some(earlier) = earlier {
        (earlier.step, earlier.from, earlier.to) = (Some(step.index), window.from, window.to);
        return;
    }
    let relation = Some(relation.name.to_string());
    drafts.add(window, Check { when: "after".into(), step: Some(step.index), relation, rows, ..check });
}

/// Columns that a value is made from; `None` where it need not be the same at another time.
fn sources(value: &Expr, relation: &Relation) -> Option<Vec<Ident>> {
    let (mut found, mut same): (Vec<Ident>, bool) = (vec![], true);
    value.visit(&mut |it| match it {
        Expr::Column(parts) => match parts.last().and_then(|it| relation.columns().find(it.as_str())) {
            Some((_, column)) if !found.contains(&column.name) => found.push(column.name.clone()),
            Some(_) => {}
            None => same = false,
        },
        Expr::Function(call) => same &= is_immutable_name(call.name.name.as_str()) && call.name.schema.is_none(),
        Expr::Value { .. } | Expr::Query(_) | Expr::Opaque(_) | Expr::Parameter(_) | Expr::Default => same = false,
        _ => {}
    });
    same.then_some(found)
}

/// The condition as far as it does not ask whether the column is filled already; `None` where it asks anything else of
/// that column, which the statement itself changes.
fn rows_that_it_takes(update: &RowStatement, column: &Ident) -> Option<String> {
    let parts: Vec<&Expr> = match &update.condition {
        None => return Some(String::new()),
        Some(Expr::And(items)) => items.iter().collect(),
        Some(other) => vec![other],
    };
    let is_column = |it: &Expr| matches!(it, Expr::Column(parts) if parts.last() == Some(column));
    let mut kept = vec![];
    for part in parts {
        if matches!(part, Expr::IsNull { operand, negated: false } if is_column(operand)) {
            continue;
        }
        let mut asks = false;
        part.visit(&mut |it| asks |= is_column(it) || matches!(it, Expr::Query(_) | Expr::Opaque(_)));
        if asks {
            return None;
        }
        kept.push(format!("({part})"));
    }
    Some(kept.join(" AND "))
}
