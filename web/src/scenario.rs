//! What the page is asked to show: two texts and where they would run.

use lockstep_core::plan::runner::{RUNNERS, Runner};
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
            step,
            ..Request::default()
        }
    }
}

/// The tool of that id, or the first one.
pub(crate) fn runner(id: &str) -> Runner {
    Runner::find(id).unwrap_or(RUNNERS[0])
}

/// What the tool calls itself, where that is not its id.
pub(crate) fn runner_name(id: &str) -> &str {
    match id {
        "alembic" => "Alembic",
        "authelia" => "Authelia",
        "diesel" => "Diesel",
        "drizzle" => "Drizzle",
        "flyway" => "Flyway",
        "prisma" => "Prisma Migrate",
        "supabase" => "Supabase CLI",
        other => other,
    }
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
