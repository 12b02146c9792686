//! What can be saved before it is lost: queries that keep rows and values, and those that bring them back.

use crate::effect::{ObjectName, RelationId};
use crate::name::{Ident, quote_literal};
use crate::rollback::Work;
use crate::rollback::state::State;
use crate::schema::Schema;

/// Something that a step takes for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gone {
    /// 1-based.
    pub(super) step: usize,
    /// A table of the start.
    pub(super) table: RelationId,
    /// `None`: whole rows.
    pub(super) column: Option<u16>,
}

/// How to keep what a step takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// To be saved before this step (1-based).
    pub before_step: usize,
    /// As it is called then.
    pub table: String,
    /// Empty: whole rows.
    pub columns: Vec<String>,
    /// What tells rows apart; empty where the table has no key.
    pub key: Vec<String>,
    /// Keeps it in the database.
    pub save: String,
    /// Keeps it in a file, by psql.
    pub copy: String,
    /// Brings it back once the way back has run; `None` where no key says which row is which.
    pub bring_back: Option<String>,
}

impl Work<'_> {
    /// The first step after which something is lost, and how to keep it.
    pub(super) fn recoveries(&self, state: &State<'_>) -> Vec<Recovery> {
        let mut places: Vec<(usize, RelationId)> = self.gone.iter().map(|it| (it.step, it.table)).collect();
        places.sort_unstable();
        places.dedup();
        let one = |(step, table): (usize, RelationId)| {
            let before = &state.steps.iter().find(|it| it.index == step)?.before;
            let of: Vec<Option<u16>> =
                self.gone.iter().filter(|it| (it.step, it.table) == (step, table)).map(|it| it.column).collect();
            let columns = of.iter().copied().collect::<Option<Vec<u16>>>().unwrap_or_default();
            self.recovery(before, step, table, columns)
        };
        places.into_iter().filter_map(one).collect()
    }

    fn recovery(&self, before: &Schema, step: usize, table: RelationId, mut columns: Vec<u16>) -> Option<Recovery> {
        columns.sort_unstable();
        columns.dedup();
        let (then, start) = (before.get(table)?.table()?, self.start.get(table)?.table()?);
        let name = &before.relation(table).name;
        let key = key(self.start, before, table);
        let saved = ObjectName { schema: name.schema.clone(), name: kept_name(&name.name, step) };
        let whole = columns.is_empty() || key.is_empty();
        // What is generated is computed again.
        let all = start.live().filter(|(_, it)| it.generated.is_none()).map(|(number, _)| number);
        let kept: Vec<u16> = match whole {
            true => all.filter(|number| then.attribute(*number).is_some_and(|it| !it.dropped)).collect(),
            false => key.iter().chain(columns.iter().filter(|it| !key.contains(it))).copied().collect(),
        };
        let names = |numbers: &[u16], schema: &Schema| -> Vec<String> {
            numbers.iter().map(|it| schema.table(table).column_name(*it).to_string()).collect()
        };
        let (old, own) = (names(&kept, before), names(&kept, self.start));
        let list: Vec<String> = old
            .iter()
            .zip(&own)
            .map(|(old, own)| if old == own { old.clone() } else { format!("{old} AS {own}") })
            .collect();
        let query = format!("SELECT {} FROM {name}", list.join(", "));
        let target = &self.start.relation(table).name;
        let keys = names(&key, self.start);
        let same = |name: &String| format!("it.{name} = kept.{name}");
        let bring_back = match (whole, columns.is_empty()) {
            // Rows that are gone come again; those that are still there stay as they are.
            (true, true) => {
                let own = own.join(", ");
                Some(format!(
                    "INSERT INTO {target} ({own}) OVERRIDING SYSTEM VALUE SELECT {own} FROM {saved}{}",
                    if keys.is_empty() { "" } else { " ON CONFLICT DO NOTHING" }
                ))
            }
            (true, false) => None,
            (false, _) => {
                let set: Vec<String> =
                    names(&columns, self.start).iter().map(|it| format!("{it} = kept.{it}")).collect();
                let condition: Vec<String> = keys.iter().map(same).collect();
                Some(format!(
                    "UPDATE {target} AS it SET {} FROM {saved} AS kept WHERE {}",
                    set.join(", "),
                    condition.join(" AND ")
                ))
            }
        };
        Some(Recovery {
            before_step: step,
            table: name.to_string(),
            columns: names(&columns, before),
            key: keys,
            save: format!("CREATE TABLE {saved} AS {query}"),
            copy: format!(
                "\\copy ({query}) TO {} WITH (FORMAT csv, HEADER)",
                quote_literal(&format!("{}.csv", saved.name.as_str()))
            ),
            bring_back,
        })
    }
}

/// Attribute numbers of the primary key, or of a unique key without nulls, that the start and the moment share.
fn key(start: &Schema, then: &Schema, table: RelationId) -> Vec<u16> {
    let lives = |number: &u16| {
        [start, then].iter().all(|it| it.table(table).attribute(*number).is_some_and(|it| !it.dropped && it.not_null))
    };
    let mut indexes: Vec<_> = start.table(table).indexes.iter().map(|id| start.index(*id)).collect();
    indexes.sort_by_key(|it| !it.primary);
    let unique = indexes.into_iter().filter(|it| it.unique && it.valid && it.predicate.is_none());
    unique.filter_map(|it| it.key_columns()).find(|key| key.iter().all(lives)).unwrap_or_default()
}

fn kept_name(table: &Ident, step: usize) -> Ident {
    let mut text = table.as_str().to_owned();
    // Names end after 63 bytes.
    while text.len() > 40 {
        text.pop();
    }
    Ident::new(&format!("{text}_kept_before_{step}"))
}
