//! `INSERT … SELECT` of a table's rows into a new one that then takes its name: a table that is partitioned or built anew.

use crate::hazard::shapes;
use crate::name::{Ident, quote_identifier};
use crate::rewrite::backfill::{Backfill, Copy, Walk, dollar_quoted};
use crate::rewrite::backfill_rows::{has_equality, has_query, is_repeatable};
use crate::rewrite::settled::{is_boundary, sets_timeout, text};
use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::schema::relation::{Relation, Table};
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
    let (old_table, new_table) = (old.table()?, new.table()?);
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
    let copied = Copied::of(site, insert, rows, old_table, new_table)?;
    let Some(keys) = copied.key(site, new_table) else {
        return Rewrite::refuse(format!(
            "Rows that are written to {} while it is copied would be lost: to carry them over, {} needs a primary key whose \
             columns are taken from the row itself",
            old.name, new.name
        ));
    };
    let walk = Walk::through(site.before(), old.id)?;
    Some(copied.steps(site, (old, new), keys, walk, takes))
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

/// What is copied: an expression over the old table's row for each column of the new one.
struct Copied<'a> {
    columns: Vec<Ident>,
    values: Vec<Expr>,
    condition: Option<&'a Expr>,
    alias: Ident,
    overriding: &'static str,
}

impl<'a> Copied<'a> {
    fn of(site: &Site<'_>, insert: &Insert, rows: &'a RowQuery, old: &Table, new: &Table) -> Option<Copied<'a>> {
        let RowSource::Table { name, alias } = &rows.source else { return None };
        let values: Vec<Expr> = match &rows.results {
            Some(all) => all.clone(),
            None => old.live().map(|(_, it)| Expr::Column(vec![it.name.clone()])).collect(),
        };
        let columns: Vec<Ident> = match insert.columns.is_empty() {
            true => new.live().map(|(_, it)| it.name.clone()).take(values.len()).collect(),
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
        (all && columns.len() == values.len()).then_some(Copied { columns, values, condition, alias, overriding })
    }

    /// The new table's key with the values that it has for a row of the old one.
    fn key(&self, site: &Site<'_>, new: &Table) -> Option<Vec<(Ident, &Expr)>> {
        let numbers = site.before().index(new.primary_key()?.index()?).key_columns()?;
        let value = |number: u16| {
            let name = new.column_name(number);
            let at = self.columns.iter().position(|it| *it == name)?;
            Some((name, &self.values[at]))
        };
        numbers.into_iter().map(value).collect()
    }

    fn list(&self) -> String {
        let all: Vec<String> = self.values.iter().map(ToString::to_string).collect();
        all.join(", ")
    }

    fn target(&self, new: &Relation) -> String {
        let all: Vec<String> = self.columns.iter().map(ToString::to_string).collect();
        format!("{} ({})", new.name, all.join(", "))
    }

    fn body(&self, new: &Relation, keys: &[(Ident, &Expr)]) -> String {
        let (list, alias) = (self.list(), &self.alias);
        let condition = self.condition.map(|it| format!(" WHERE {it}")).unwrap_or_default();
        let columns: Vec<String> = keys.iter().map(|(name, _)| name.to_string()).collect();
        let values: Vec<String> = keys.iter().map(|(_, value)| value.to_string()).collect();
        let (table, target, overriding) = (&new.name, self.target(new), self.overriding);
        let (columns, values) = (columns.join(", "), values.join(", "));
        format!(
            "BEGIN\n  IF TG_OP = 'TRUNCATE' THEN\n    DELETE FROM {table};\n    RETURN NULL;\n  END IF;\n  \
             IF TG_OP IN ('UPDATE', 'DELETE') THEN\n    DELETE FROM {table} WHERE ({columns}) IN (SELECT {values} FROM \
             (SELECT OLD.*) AS {alias});\n  END IF;\n  IF TG_OP IN ('INSERT', 'UPDATE') THEN\n    INSERT INTO \
             {target}{overriding} SELECT {list} FROM (SELECT NEW.*) AS {alias}{condition};\n  END IF;\n  RETURN NULL;\nEND"
        )
    }

    /// Counts rows that the two do not have alike.
    fn different(&self, site: &Site<'_>, (old, new): (&Relation, &Relation)) -> String {
        let condition = self.condition.map(|it| format!(" WHERE {it}")).unwrap_or_default();
        let wanted = format!("SELECT {} FROM {} AS {}{condition}", self.list(), old.name, self.alias);
        let columns: Vec<String> = self.columns.iter().map(ToString::to_string).collect();
        let reached = format!("SELECT {} FROM {}", columns.join(", "), new.name);
        let comparable = |name: &Ident| {
            site.table(new.id).and_then(|it| it.column(name.as_str())).is_some_and(|(_, it)| has_equality(&it.type_))
        };
        match self.columns.iter().all(comparable) {
            true => format!(
                "SELECT count(*) FROM (({wanted} EXCEPT ALL {reached}) UNION ALL ({reached} EXCEPT ALL {wanted})) AS different"
            ),
            false => format!(
                "SELECT (SELECT count(*) FROM ({wanted}) AS wanted) - (SELECT count(*) FROM ({reached}) AS reached)"
            ),
        }
    }

    fn steps(
        &self,
        site: &Site<'_>,
        (old, new): (&Relation, &Relation),
        keys: Vec<(Ident, &Expr)>,
        walk: Walk,
        takes: usize,
    ) -> Rewrite {
        let (from, to) = (&old.name, &new.name);
        let base = format!("zz_{}_{}", from.name.as_str(), to.name.as_str());
        let trigger = quote_identifier(&site.free_name(from, &base, "_carry"));
        let emptied = quote_identifier(&site.free_name(from, &base, "_empty"));
        let function = format!("{}.{trigger}", from.schema);
        let body = dollar_quoted("carry", &format!("\n{}\n", self.body(new, &keys)));
        let backfill = Backfill {
            table: from.clone(),
            only: false,
            alias: Some(self.alias.clone()),
            set: None,
            copy: Some(Copy { into: self.target(new) + self.overriding, list: self.list() }),
            from: None,
            condition: self.condition.map(ToString::to_string),
            walk,
        };
        let mut swap = vec![
            format!("DROP TRIGGER {trigger} ON {from}"),
            format!("DROP TRIGGER {emptied} ON {from}"),
            format!("DROP FUNCTION {function}()"),
        ];
        let taken = site.rest[..takes].iter().filter(|it| !is_boundary(it) && !sets_timeout(it));
        swap.extend(taken.map(text));
        let why = format!(
            "Copied by one statement, rows that are written to {from} meanwhile would be lost: a trigger carries them over to \
             {to}, and batches copy the others."
        );
        let needs = format!(
            "The application names its columns and needs nothing that stays with the old {from}: foreign keys that refer to it, \
             views, triggers, privileges, and prepared statements of open connections."
        );
        let rewrite = Rewrite::new(why)
            .together(
                Phase::Expand,
                vec![
                    format!("CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {body}"),
                    format!(
                        "CREATE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {from} FOR EACH ROW EXECUTE FUNCTION \
                         {function}()"
                    ),
                    format!(
                        "CREATE TRIGGER {emptied} AFTER TRUNCATE ON {from} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
                    ),
                ],
                format!("From now on {to} has every row that is written to {from}."),
            )
            .backfill(
                backfill,
                "Each batch locks its rows against changes while it copies them, and leaves out those that are there.",
            )
            .together(
                Phase::Contract,
                swap,
                "One transaction of a few milliseconds: others see either the one table or the other.",
            )
            .needs(needs)
            .settles(&["several_tables_locked", "view_dropped"])
            .check(self.different(site, (old, new)));
        Rewrite { takes, solitary: true, ..rewrite }
    }
}
