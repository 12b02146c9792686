//! The JSON of advice: format `lockstep-advice/1`.

use serde::{Deserialize, Serialize};

pub const FORMAT: &str = "lockstep-advice/1";

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Advice {
    pub format: String,
    pub files: Vec<String>,
    /// What could be better about what the migration makes.
    pub notes: Vec<Note>,
    /// One for each query of the application.
    pub queries: Vec<QueryAdvice>,
    /// A query to run on the server, which finds indexes that nobody uses.
    pub unused_indexes: String,
    /// What to know before dropping one.
    pub unused_indexes_notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Note {
    /// `naming`, `indexes`, `rows` or `security`.
    pub topic: String,
    /// The step (1-based) that it is about.
    pub step: usize,
    pub message: String,
    /// The hazard whose page tells more.
    pub hazard: String,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct QueryAdvice {
    pub name: String,
    /// 1-based, in the file of the queries.
    pub line: usize,
    /// Tables and what serves them.
    pub tables: Vec<TableAdvice>,
    /// Anything else, or why nothing is said.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TableAdvice {
    pub table: String,
    /// The index that serves the query already.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub served_by: Option<String>,
    /// The index that would.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub create: Option<String>,
    /// Why its columns stand in this order.
    pub reasons: Vec<String>,
}
