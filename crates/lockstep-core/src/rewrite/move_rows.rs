//! `INSERT … SELECT` of a table's rows into a new one that then takes its name: a table that is partitioned or built anew.

use crate::hazard::shapes;
use crate::name::Ident;
use crate::rewrite::backfill::Walk;
use crate::rewrite::backfill_rows::{has_query, is_repeatable};
use crate::rewrite::carry::Carry;
use crate::rewrite::settled::{is_boundary, sets_timeout, text};
use crate::rewrite::{Recipe, Rewrite, Site};
use crate::schema::relation::Relation;
use crate::simulate::trace::Step;
use crate::syntax::expression::{Expr, RowQuery, RowSource};
use crate::syntax::statement::{AlterTableAction, Insert, InsertSource, Overriding, Statement};

pub(super) static RECIPE: Recipe = Recipe {
    id: "move_rows",
    title: "Partition a table, or move its rows to a new one",
    about: "A trigger carries every change of the old table over to the new one, batches copy the rows there are, and one \
            short transaction gives the new table the old one's name: no row that is written meanwhile is lost.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let Statement::Insert(insert) = site.statement()? else { return None };
    let InsertSource::Query(query) = &insert.source else { return None };
    let [source] = &query.reads[..] else { return None };
    let old = site.used(source)?;
    let new = site.before().get(shapes::find(site.step, site.before(), &insert.table)?)?;
    let old_table = old.table().filter(|_| new.table().is_some())?;
    if !site.trace.is_made_by_plan(new.id) || site.trace.is_made_by_plan(old.id) {
        return None;
    }
    let takes = swap(site, old, new)?;
    let Some(rows) = query.by_row.as_deref().filter(|_| plain(insert)) else {
        return Rewrite::refuse(format!(
            "Rows that are written to {0} while it is copied would be lost, and a trigger carries over only what is \
             computed row by row from {0} alone, without ORDER BY, joins or groups",
            old.name
        ));
    };
    if old_table.is_related() && !old_table.is_partitioned() {
        return Rewrite::refuse(format!(
            "{} is one of a hierarchy, where a trigger sees only a part of the rows",
            old.name
        ));
    }
    let copied = copied(site, insert, rows, (old, new))?;
    let Some(keys) = copied.key() else {
        return Rewrite::refuse(format!(
            "Rows that are written to {} while it is copied would be lost: to carry them over, {} needs a primary key whose \
             columns are taken from the row itself",
            old.name, new.name
        ));
    };
    let walk = Walk::through(site.before(), old.id)?;
    let taken = site.rest[..takes].iter().filter(|it| !is_boundary(it) && !sets_timeout(it));
    let why = format!(
        "Copied by one statement, rows that are written to {0} meanwhile would be lost: a trigger carries them over to {1}, \
         and batches copy the others.",
        old.name, new.name
    );
    let needs = format!(
        "The application names its columns and needs nothing that stays with the old {}: foreign keys that refer to it, views, \
         triggers, privileges, and prepared statements of open connections.",
        old.name
    );
    let rewrite = copied.steps(site, &keys, walk, Rewrite::new(why), (taken.map(text).collect(), &needs));
    Some(Rewrite { takes, ..rewrite })
}

/// How many statements follow until the new table has the old one's name; `None` where it never gets it.
fn swap(site: &Site<'_>, old: &Relation, new: &Relation) -> Option<usize> {
    let renamed = |step: &Step| match step.statement.as_deref() {
        Some(Statement::AlterTable(alter)) => match &alter.action {
            AlterTableAction::RenameTo(to) => {
                let found = shapes::find(step, &step.before, &alter.name).and_then(|it| step.before.get(it));
                found.is_some_and(|it| it.name == new.name) && *to == old.name.name
            }
            _ => false,
        },
        _ => false,
    };
    site.rest.iter().position(renamed).map(|it| it + 1)
}

fn plain(insert: &Insert) -> bool {
    !insert.opaque && !insert.returning && insert.conflict.is_none() && insert.alias.is_none()
}

/// What the statement copies, row by row.
fn copied<'a>(
    site: &'a Site<'_>,
    insert: &Insert,
    rows: &'a RowQuery,
    (old, new): (&'a Relation, &'a Relation),
) -> Option<Carry<'a>> {
    let RowSource::Table { name, alias } = &rows.source else { return None };
    let values: Vec<Expr> = match &rows.results {
        Some(all) => all.clone(),
        None => old.columns().live().map(|(_, it)| Expr::Column(vec![it.name.clone()])).collect(),
    };
    let columns: Vec<Ident> = match insert.columns.is_empty() {
        true => new.columns().live().map(|(_, it)| it.name.clone()).take(values.len()).collect(),
        false => insert.columns.clone(),
    };
    let per_row = |it: &Expr| !has_query(it) && is_repeatable(it, site.version());
    let alias = alias.clone().unwrap_or_else(|| name.name.clone());
    let overriding = match insert.overriding {
        Some(Overriding::User) => " OVERRIDING USER VALUE",
        Some(Overriding::System) => " OVERRIDING SYSTEM VALUE",
        None => "",
    };
    let condition = rows.condition.as_ref();
    let all = values.iter().chain(condition).all(per_row);
    let schema = site.before();
    (all && columns.len() == values.len()).then_some(Carry {
        schema,
        old,
        new,
        columns,
        values,
        condition,
        alias,
        overriding,
    })
}
