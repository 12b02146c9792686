//! Changes of many rows in small transactions: ranges of a key or of pages, safe to run again.

use std::fmt::Write;

use crate::effect::{ObjectName, RelationId};
use crate::name::{Ident, quote_literal};
use crate::pg::types::Type;
use crate::schema::Schema;

/// Rows a batch: with five to ten thousand each takes some 50 ms, and no row waits longer.
pub const BATCH_ROWS: u32 = 5_000;

/// Pages a batch, where pages are counted: about as many rows.
const BATCH_PAGES: u32 = 64;

/// Milliseconds that a batch waits for a row which somebody else has locked.
const BATCH_LOCK_MS: u32 = 50;

/// Milliseconds between two batches, so that replicas and vacuum keep up.
const PAUSE_MS: u32 = 10;

const FOR_SHARE: &str = " FOR SHARE";

/// `UPDATE` or `DELETE` of a table's rows, or a copy of them, batch by batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Backfill {
    pub table: ObjectName,
    pub only: bool,
    pub alias: Option<Ident>,
    /// `SET` of an `UPDATE`; `None`: rows are deleted, or copied.
    pub set: Option<String>,
    pub copy: Option<Copy>,
    /// What follows `FROM` or `USING`.
    pub from: Option<String>,
    /// Which rows are left to do: what makes it safe to run again.
    pub condition: Option<String>,
    pub walk: Walk,
}

/// Where rows are copied to.
#[derive(Debug, Clone, PartialEq)]
pub struct Copy {
    pub table: ObjectName,
    /// Its columns, as a list.
    pub columns: String,
    /// `OVERRIDING …`.
    pub overriding: &'static str,
    /// The select list.
    pub list: String,
    /// Columns of the key by which a row is known to be there already; none: by any unique index.
    pub key: Vec<Ident>,
}

/// How batches follow one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Walk {
    /// Ranges of an integer that the primary key consists of.
    Key(Ident),
    /// Ranges of pages, until a walk finds nothing left.
    Pages,
}

impl Walk {
    /// The best way through a table; `None` where it has no rows of its own.
    pub fn through(schema: &Schema, table: RelationId) -> Option<Walk> {
        let table = schema.get(table)?.table()?;
        let key = table.primary_key().and_then(|it| it.index());
        let column = key.and_then(|index| match schema.index(index).key_columns()?[..] {
            [number] => table.attribute(number),
            _ => None,
        });
        let integer = |type_: &Type| [Type::INT2, Type::INT4, Type::INT8].iter().any(|it| it.is(*type_));
        match column.filter(|it| integer(&it.type_)) {
            Some(column) => Some(Walk::Key(column.name.clone())),
            // Its rows lie in its partitions, and pages are counted in each table by itself.
            None if table.is_related() => None,
            None => Some(Walk::Pages),
        }
    }
}

impl Backfill {
    fn target(&self) -> String {
        let only = if self.only { "ONLY " } else { "" };
        match &self.alias {
            Some(alias) => format!("{only}{} AS {alias}", self.table),
            None => format!("{only}{}", self.table),
        }
    }

    /// A column of the table as the statement can name it, whatever else it reads.
    fn column(&self, name: &str) -> String {
        match (&self.alias, &self.from) {
            (Some(alias), _) => format!("{alias}.{name}"),
            (None, Some(_)) => format!("{}.{name}", self.table),
            (None, None) => name.to_owned(),
        }
    }

    /// One statement over the rows of a range; `None`: over all of them.
    pub fn statement(&self, range: Option<&str>) -> String {
        self.cut(range, FOR_SHARE)
    }

    fn cut(&self, range: Option<&str>, lock: &str) -> String {
        let mut text = match (&self.set, &self.copy) {
            (_, Some(copy)) => {
                let Copy { table, columns, overriding, list, .. } = copy;
                format!("INSERT INTO {table} ({columns}){overriding} SELECT {list} FROM {}", self.target())
            }
            (Some(set), None) => format!("UPDATE {} SET {set}", self.target()),
            (None, None) => format!("DELETE FROM {}", self.target()),
        };
        if let Some(from) = &self.from {
            let word = if self.set.is_some() { "FROM" } else { "USING" };
            let _ = write!(text, " {word} {from}");
        }
        match (&self.condition, range) {
            (None, None) => {}
            (Some(condition), None) => _ = write!(text, " WHERE {condition}"),
            (None, Some(range)) => _ = write!(text, " WHERE {range}"),
            (Some(condition), Some(range)) => _ = write!(text, " WHERE {range} AND ({condition})"),
        }
        if let Some(copy) = &self.copy {
            let key: Vec<String> = copy.key.iter().map(ToString::to_string).collect();
            let target = if key.is_empty() { String::new() } else { format!("({}) ", key.join(", ")) };
            // Rows that a trigger has carried over are there; nobody changes one between its reading and its writing.
            let _ = write!(text, "{lock} ON CONFLICT {target}DO NOTHING");
        }
        text
    }

    /// What the model reads for all of it. `own`: triggers that the plan made to fill the same columns, which are as if
    /// they did not fire.
    pub fn modelled(&self, own: &[Ident]) -> String {
        let switch = |word: &str| -> String {
            own.iter().map(|it| format!("ALTER TABLE {} {word} TRIGGER {it};\n", self.table)).collect()
        };
        // What checks the rows must not lock them.
        let statement = self.cut(None, "");
        format!("{}{statement};\n{}", switch("DISABLE"), switch("ENABLE"))
    }

    /// The range of one batch, `low` and `high` being expressions.
    pub fn range(&self, low: &str, high: &str) -> String {
        match &self.walk {
            Walk::Key(key) => {
                let key = self.column(&key.to_string());
                format!("{key} >= {low} AND {key} < {high}")
            }
            Walk::Pages => {
                let row = self.column("ctid");
                format!("{row} >= format('(%s,0)', {low})::tid AND {row} < format('(%s,0)', {high})::tid")
            }
        }
    }

    /// The select list of a query for the first number that a batch begins with and the last that one may hold, and
    /// what it reads: `low` is null where there are no rows.
    fn bounds(&self) -> (String, Option<String>) {
        match &self.walk {
            Walk::Key(key) => (format!("min({key})::bigint, max({key})::bigint"), Some(self.table.to_string())),
            Walk::Pages => {
                let table = quote_literal(&format!("{}.{}", self.table.schema, self.table.name));
                let pages = format!("pg_relation_size({table}) / current_setting('block_size')::bigint");
                (format!("0::bigint, {pages}"), None)
            }
        }
    }

    /// That query.
    pub fn bounds_query(&self) -> String {
        let (list, from) = self.bounds();
        format!("SELECT {list}{}", from.map(|it| format!(" FROM {it}")).unwrap_or_default())
    }

    /// How far a batch reaches.
    pub fn stride(&self) -> u32 {
        match self.walk {
            Walk::Key(_) => BATCH_ROWS,
            Walk::Pages => BATCH_PAGES,
        }
    }

    /// What makes the room of changed rows free again, and knows the new ones: a table's end stays, which only a strong
    /// lock could cut off.
    pub fn vacuum(&self) -> String {
        match &self.copy {
            Some(copy) => format!("VACUUM (TRUNCATE false, ANALYZE) {}", copy.table),
            None => format!("VACUUM (TRUNCATE false) {}", self.table),
        }
    }

    /// As a `DO` block that commits after every batch, for `psql` and others that send it outside of a transaction. A
    /// batch that meets a locked row gives its own rows free and is tried again, long before a deadlock is looked for.
    pub fn block(&self) -> String {
        let stride = self.stride();
        let batch = self.statement(Some(&self.range("low", &format!("low + {stride}"))));
        let (list, from) = self.bounds();
        let bounds =
            format!("SELECT {list} INTO low, last{}", from.map(|it| format!(" FROM {it}")).unwrap_or_default());
        let pause = format!("{}.{:03}", PAUSE_MS / 1000, PAUSE_MS % 1000);
        let attempt = |indent: &str, done: &str| {
            format!(
                "{indent}SET LOCAL lock_timeout = '{BATCH_LOCK_MS}ms';\n{indent}BEGIN\n{indent}  {batch};\n{done}{indent}  low := \
                 low + {stride};\n{indent}EXCEPTION WHEN lock_not_available OR deadlock_detected THEN\n{indent}  PERFORM \
                 pg_sleep(0.5);\n{indent}END;\n{indent}COMMIT;\n{indent}PERFORM pg_sleep({pause});\n"
            )
        };
        let body = match self.walk {
            Walk::Key(_) => format!(
                "DECLARE\n  low bigint;\n  last bigint;\nBEGIN\n  {bounds};\n  WHILE low <= last LOOP\n{}  END LOOP;\nEND",
                attempt("    ", "")
            ),
            // Rows move to other pages while it walks: it is done when a whole walk found none.
            Walk::Pages => format!(
                "DECLARE\n  low bigint;\n  last bigint;\n  batch bigint;\n  found bigint;\nBEGIN\n  LOOP\n    found := 0;\n    \
                 {bounds};\n    WHILE low <= last LOOP\n{}    END LOOP;\n    EXIT WHEN found = 0;\n  END LOOP;\nEND",
                attempt("      ", "        GET DIAGNOSTICS batch = ROW_COUNT;\n        found := found + batch;\n")
            ),
        };
        format!("DO {}", dollar_quoted("backfill", &format!("\n{body}\n")))
    }
}

/// A text between dollar signs, with a tag that is not in it.
pub(super) fn dollar_quoted(word: &str, text: &str) -> String {
    let mut tag = format!("${word}$");
    let mut count = 0;
    while text.contains(&tag) {
        count += 1;
        tag = format!("${word}{count}$");
    }
    format!("{tag}{text}{tag}")
}
