//! `ADD COLUMN` that numbers the rows: an identity or `serial` column, which rewrites the table.

use crate::effect::{ObjectName, WorkKind};
use crate::name::{Ident, quote_literal};
use crate::rewrite::backfill::{Backfill, Walk};
use crate::rewrite::{Phase, Recipe, Rewrite, Site, set_not_null};
use crate::schema::ddl::sequence_options;
use crate::syntax::statement::Subcommand;

pub(super) static RECIPE: Recipe = Recipe {
    id: "number_rows",
    title: "Add an identity or serial column",
    about: "A plain column takes numbers from a sequence: new rows at once, old ones in batches. Nulls are forbidden without \
            a scan under a lock, and an identity goes on where the sequence has come to.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let (_, subcommand, relation) = site.subcommand()?;
    let Subcommand::AddColumn { column, if_not_exists: false } = subcommand else { return None };
    if !site.blocks(WorkKind::Rewrite) {
        return None;
    }
    let (after, table, name) = (site.after(), &relation.name, &column.name);
    let (number, made) = after.get(relation.id)?.table()?.column(name.as_str())?;
    let is_identity = made.identity.is_some();
    let (id, sequence) = after.owned_sequence(relation.id, number, is_identity)?;
    let own = &after.get(id)?.name;
    let type_ = after.format_type(&made.type_);
    // Beside the identity's, which comes with it.
    let numbers = match is_identity {
        true => {
            let base = format!("{}_{}", table.name.as_str(), name.as_str());
            ObjectName { schema: table.schema.clone(), name: Ident::new(&site.free_name(table, &base, "_numbers")) }
        }
        false => own.clone(),
    };
    let options = sequence_options(sequence).into_iter().map(|it| format!(" {it}")).collect::<String>();
    let next = format!("nextval({}::regclass)", quote_literal(&numbers.to_string()));
    let mut first = vec![
        format!("CREATE SEQUENCE {numbers} AS {type_}{options}"),
        format!("ALTER TABLE {table} ADD COLUMN {name} {type_}"),
        format!("ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {next}"),
    ];
    if !is_identity {
        first.push(format!("ALTER SEQUENCE {numbers} OWNED BY {table}.{name}"));
    }
    let backfill = Backfill {
        table: table.clone(),
        only: false,
        alias: None,
        set: Some(format!("{name} = {next}")),
        copy: None,
        from: None,
        condition: Some(format!("{name} IS NULL")),
        walk: Walk::through(site.before(), relation.id)?,
    };
    let rewrite = Rewrite::new(format!("{table} is not rewritten under a lock: old rows get their number in batches."))
        .together(Phase::Expand, first, "Empty, so it takes a moment; rows written from now on are numbered.")
        .backfill(backfill, "Each old row takes the next number.");
    let rewrite = set_not_null::steps(site, relation.id, number, rewrite)?;
    if !is_identity {
        return Some(rewrite);
    }
    let clause = after.identity_clause(relation.id, number)?;
    let step = sequence.increment;
    let swap = vec![
        format!("ALTER TABLE {table} ALTER COLUMN {name} DROP DEFAULT"),
        format!("ALTER TABLE {table} ALTER COLUMN {name} ADD {clause}"),
        format!("SELECT setval({}, last_value + {step}, false) FROM {numbers}", quote_literal(&own.to_string())),
        format!("DROP SEQUENCE {numbers}"),
    ];
    let why = "The identity goes on where the sequence has come to; no row is read.";
    Some(rewrite.together(Phase::Expand, swap, why).settles(&["sequence_kept_locked", "several_tables_locked"]))
}
