//! What the page is asked to show: two texts and where they would run.

use lockstep_core::report::wire::{File, Request};
use yew::AttrValue;

pub(crate) const MIGRATION: &str = "migration.sql";
pub(crate) const SCHEMA: &str = "schema.sql";
pub(crate) const NEWEST: u8 = 18;
pub(crate) const OLDEST: u8 = 14;

/// One of the two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Document {
    Migration,
    Schema,
}

impl Document {
    pub(crate) const ALL: [Document; 2] = [Document::Migration, Document::Schema];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Document::Migration => "Migration",
            Document::Schema => "Starting schema",
        }
    }

    /// The document that a trace calls by this name.
    pub(crate) fn of_file(name: &str) -> Document {
        if name == SCHEMA { Document::Schema } else { Document::Migration }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scenario {
    pub(crate) migration: AttrValue,
    pub(crate) schema: AttrValue,
    pub(crate) postgres: u8,
    pub(crate) runner: AttrValue,
}

impl Default for Scenario {
    fn default() -> Self {
        let empty = AttrValue::Static("");
        Self { migration: empty.clone(), schema: empty, postgres: NEWEST, runner: AttrValue::Static("psql") }
    }
}

impl Scenario {
    pub(crate) fn text(&self, document: Document) -> &AttrValue {
        match document {
            Document::Migration => &self.migration,
            Document::Schema => &self.schema,
        }
    }

    pub(crate) fn request(&self, step: Option<usize>) -> Request {
        let file = |name: &str, text: &AttrValue| File { name: name.into(), text: text.to_string() };
        let schema = if self.schema.trim().is_empty() { vec![] } else { vec![file(SCHEMA, &self.schema)] };
        Request {
            files: vec![file(MIGRATION, &self.migration)],
            schema,
            postgres: self.postgres,
            runner: Some(self.runner.to_string()),
            transaction: None,
            step,
        }
    }
}

/// A tool that would execute the migration, and what it does about transactions.
pub(crate) struct Runner {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) policy: &'static str,
}

/// In the order of the menu: what people meet most comes first.
pub(crate) const RUNNERS: &[Runner] = &[
    Runner { id: "psql", name: "psql", policy: "Each statement commits by itself, unless the file says BEGIN." },
    Runner {
        id: "alembic",
        name: "Alembic",
        policy: "One transaction around the whole run: every lock is held to its end.",
    },
    Runner {
        id: "flyway",
        name: "Flyway",
        policy: "One transaction for each file; none where a statement cannot run in one.",
    },
    Runner {
        id: "prisma",
        name: "Prisma Migrate",
        policy: "The file is one message: several statements share an implicit transaction.",
    },
    Runner { id: "diesel", name: "Diesel", policy: "One transaction for each migration." },
    Runner {
        id: "sqlx",
        name: "sqlx",
        policy: "One transaction for each file, unless it starts with -- no-transaction.",
    },
    Runner {
        id: "goose",
        name: "goose",
        policy: "One transaction for each file, unless it says -- +goose NO TRANSACTION.",
    },
    Runner {
        id: "dbmate",
        name: "dbmate",
        policy: "One transaction for each block, unless it says transaction:false.",
    },
    Runner {
        id: "golang-migrate",
        name: "golang-migrate",
        policy: "The file is one message: several statements share an implicit transaction.",
    },
    Runner { id: "refinery", name: "refinery", policy: "One transaction for each migration." },
    Runner { id: "node-pg-migrate", name: "node-pg-migrate", policy: "One transaction around all pending migrations." },
    Runner { id: "drizzle", name: "Drizzle", policy: "One transaction around all pending migrations." },
    Runner {
        id: "sql-migrate",
        name: "sql-migrate",
        policy: "One transaction for each file, unless it says notransaction.",
    },
    Runner {
        id: "supabase",
        name: "Supabase CLI",
        policy: "The file is one batch: its statements share a transaction.",
    },
];

pub(crate) fn runner(id: &str) -> &'static Runner {
    RUNNERS.iter().find(|it| it.id == id).unwrap_or(&RUNNERS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_starting_schema_is_no_file() {
        let scenario = Scenario { schema: " \n".into(), ..Scenario::default() };
        assert!(scenario.request(None).schema.is_empty());
        let scenario = Scenario { schema: "CREATE TABLE t ();".into(), ..Scenario::default() };
        assert_eq!(scenario.request(Some(2)).schema[0].name, SCHEMA);
        assert_eq!(scenario.request(Some(2)).step, Some(2));
    }
}
