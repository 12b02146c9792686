//! `UPDATE` that computes new columns from old ones: columns that are split, merged or moved.

use crate::hazard::is_always_true;
use crate::name::{Ident, quote_identifier};
use crate::rewrite::backfill::{Backfill, Walk, dollar_quoted};
use crate::rewrite::backfill_rows::{has_equality, has_query, is_repeatable, mentions, writes_many};
use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::schema::relation::{Relation, Table};
use crate::syntax::expression::Expr;
use crate::syntax::statement::{RowStatement, Statement};

pub(super) static RECIPE: Recipe = Recipe {
    id: "derive_columns",
    title: "Split or merge columns",
    about: "A trigger computes the new columns of every row that is written, batches those of the rows there are; once \
            the application writes the new columns itself, the trigger goes, and then the old columns may go.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let Statement::Update(change) = site.statement()? else { return None };
    let relation = site.used(&change.table)?;
    let table = relation.table()?;
    if change.opaque || change.returning || !change.from.is_empty() || change.sources.is_some() || change.only {
        return None;
    }
    if !writes_many(site, relation) {
        return None;
    }
    let chosen = change.condition.as_ref().filter(|it| !is_always_true(it));
    let sources = sources(site, relation, table, change)?;
    let walk = Walk::through(site.before(), relation.id)?;
    let name = &relation.name;
    let parts: Vec<String> = change
        .assignments
        .iter()
        .map(|(column, value)| format!("({column} IS NULL AND {value} IS NOT NULL)"))
        .collect();
    let left = match &parts[..] {
        [one] => one.clone(),
        several => format!("({})", several.join(" OR ")),
    };
    let left = match chosen {
        Some(it @ Expr::Or(_)) => format!("({it}) AND {left}"),
        Some(it) => format!("{it} AND {left}"),
        None => left,
    };
    let new: Vec<String> = change.assignments.iter().map(|(column, _)| column.to_string()).collect();
    let old: Vec<String> = sources.iter().map(ToString::to_string).collect();
    let (new, old) = (new.join(", "), old.join(", "));
    let base = format!("zz_{}_{}", name.name.as_str(), change.assignments.first()?.0.as_str());
    let trigger = quote_identifier(&site.free_name(name, &base, "_derive"));
    let function = format!("{}.{trigger}", name.schema);
    let body = dollar_quoted("derive", &format!("\n{}\n", body(table, change, chosen, &sources)));
    let assignments: Vec<String> = change.assignments.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let alias = change.alias.as_ref().map(|it| format!(" AS {it}")).unwrap_or_default();
    let backfill = Backfill {
        table: name.clone(),
        only: false,
        alias: change.alias.clone(),
        set: Some(assignments.join(", ")),
        copy: None,
        from: None,
        condition: Some(left.clone()),
        walk,
    };
    let why = format!(
        "Rows of {name} get {new} in batches, and those that are written meanwhile by a trigger: none is missed, and \
         old and new application run side by side."
    );
    let needs = format!(
        "The application reads {new} of {name} and writes them itself; as long as one that reads {old} runs, it writes \
         {old} too."
    );
    let rewrite = Rewrite::new(why)
        .together(
            Phase::Expand,
            vec![
                format!("CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {body}"),
                format!(
                    "CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {name} FOR EACH ROW EXECUTE FUNCTION {function}()"
                ),
            ],
            format!("From now on {new} follow {old} in every row that is written, unless the application writes them."),
        )
        .backfill(backfill, "Rows that are older get theirs; it can be stopped and run again.")
        .together(
            Phase::Contract,
            vec![format!("DROP TRIGGER {trigger} ON {name}"), format!("DROP FUNCTION {function}()")],
            format!("The application writes {new} itself now."),
        )
        .needs(needs)
        .check(format!("SELECT count(*) FROM {name}{alias} WHERE {left}"));
    Some(rewrite)
}

/// The older columns of the row that the new ones are computed from; `None` where a trigger cannot do the same.
fn sources(site: &Site<'_>, relation: &Relation, table: &Table, change: &RowStatement) -> Option<Vec<Ident>> {
    let start = site.trace.start.get(relation.id)?.table()?;
    let is_new = |name: &Ident| {
        table
            .column(name.as_str())
            .is_some_and(|(number, it)| it.default.is_none() && start.attribute(number).is_none())
    };
    let written: Vec<&Ident> = change.assignments.iter().map(|(name, _)| name).collect();
    let computed =
        |value: &Expr| !has_query(value) && !mentions(value, &written) && is_repeatable(value, site.version());
    if !change.assignments.iter().all(|(name, value)| is_new(name) && computed(value)) {
        return None;
    }
    if change.condition.as_ref().is_some_and(|it| has_query(it) || !is_repeatable(it, site.version())) {
        return None;
    }
    let mut found: Vec<Ident> = vec![];
    let mut note = |it: &Expr| {
        if let Expr::Column(path) = it
            && let Some(name) = path.last()
            && !found.contains(name)
            && table.column(name.as_str()).is_some_and(|(number, _)| start.attribute(number).is_some())
        {
            found.push(name.clone());
        }
    };
    change.assignments.iter().for_each(|(_, value)| value.visit(&mut note));
    (!found.is_empty()).then_some(found)
}

/// The trigger function: what the application writes into a new column stays, else it follows the old ones.
fn body(table: &Table, change: &RowStatement, chosen: Option<&Expr>, sources: &[Ident]) -> String {
    let comparable = |name: &Ident| match table.column(name.as_str()) {
        Some((_, column)) if !has_equality(&column.type_) => "::text",
        _ => "",
    };
    let moved: Vec<String> =
        sources.iter().map(|it| format!("NEW.{it}{0} IS DISTINCT FROM OLD.{it}{0}", comparable(it))).collect();
    let moved = match &moved[..] {
        [one] => one.clone(),
        several => format!("({})", several.join(" OR ")),
    };
    let row = change.alias.clone().unwrap_or_else(|| change.table.name.clone());
    let condition = chosen.map(|it| format!(" WHERE {it}")).unwrap_or_default();
    let mut body = String::from("BEGIN\n");
    for (name, value) in &change.assignments {
        let kept = format!("NEW.{name}{0} IS NOT DISTINCT FROM OLD.{name}{0}", comparable(name));
        body.push_str(&format!(
            "  IF TG_OP = 'INSERT' THEN\n    IF NEW.{name} IS NULL THEN\n      NEW.{name} := (SELECT {value} FROM (SELECT NEW.*) \
             AS {row}{condition});\n    END IF;\n  ELSIF {moved} AND {kept} THEN\n    NEW.{name} := (SELECT {value} FROM \
             (SELECT NEW.*) AS {row}{condition});\n  END IF;\n"
        ));
    }
    body.push_str("  RETURN NEW;\nEND");
    body
}
