//! `ALTER COLUMN … TYPE` that rewrites the table or builds its indexes again.

use crate::effect::WorkKind;
use crate::name::Ident;
use crate::rewrite::shadow::{Shadow, Sync, differs};
use crate::rewrite::{Recipe, Rewrite, Site};
use crate::syntax::statement::Subcommand;

pub(super) static RECIPE: Recipe = Recipe {
    id: "change_type",
    title: "Change a column's type",
    about: "A type that the stored values fit already is one short step. Otherwise a column of the new type is filled \
            beside the old one, by a trigger and in batches, gets the same keys, and takes the old one's place in one \
            short transaction.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (_, subcommand, relation) = site.subcommand()?;
    let Subcommand::SetType { column, using, .. } = subcommand else { return None };
    if ![WorkKind::Rewrite, WorkKind::BuildIndex, WorkKind::Verify].into_iter().any(|it| site.blocks(it)) {
        return None;
    }
    let (number, _) = relation.table()?.column(column.as_str())?;
    let table = &relation.name;
    let made = site.after().get(relation.id)?.table()?.attribute(number)?;
    let type_ = site.after().format_type(&made.type_);
    let beside = Ident::new(&site.free_name(table, column.as_str(), "_new"));
    // Assigned, not cast: what does not fit is refused, as the statement itself does it.
    let (assign, value) = match using {
        None => (format!("  NEW.{beside} := NEW.{column};"), column.to_string()),
        Some(using) => {
            let row = &table.name;
            (format!("  SELECT {using} INTO NEW.{beside} FROM (SELECT NEW.*) AS {row};"), using.to_string())
        }
    };
    let sync = Sync {
        body: assign,
        set: format!("{beside} = {value}"),
        left: format!("{beside} IS NULL AND {value} IS NOT NULL"),
        differs: differs(&made.type_, &beside, &format!("CAST({value} AS {type_})")),
    };
    let why = format!(
        "{table}.{column} gets its new type while the table is read and written: a second column is filled beside it and \
         takes its place."
    );
    let needs = format!(
        "The application reads {column} as {column}::{type_}, writes values of type {type_} with that cast, and names \
         its columns: so no prepared statement meets another result type when the column changes."
    );
    Shadow { site, table: relation.id, number, beside }.steps(sync, why, needs)
}
