//! The JSON of validation queries: format `lockstep-validation/1`.

use serde::{Deserialize, Serialize};

pub const FORMAT: &str = "lockstep-validation/1";

/// The answer of `validation`: queries with what they must answer, and when they can be asked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Validation {
    pub format: String,
    pub postgres: u8,
    /// The migration's files.
    pub files: Vec<String>,
    /// How many steps the migration has: a place of that number is its end.
    pub steps: usize,
    /// In the order in which they can be asked.
    pub checks: Vec<Check>,
    /// What is not asked, and why.
    pub notes: Vec<String>,
}

/// One question about rows or catalogs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Check {
    /// Unique within the answer; the same for the same migration.
    pub id: String,
    /// `rows`, `orphans`, `nulls`, `duplicates`, `casts`, `lengths`, `ranges`, `changed_values`, `check_violations`,
    /// `overlaps`, `not_valid`, `invalid_indexes`, `sequences`, `copies`, `plans` or `other`.
    pub kind: String,
    /// What is counted, in words.
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub relation: Option<String>,
    /// `before`: its step fails otherwise; `after`: its step has not done its work otherwise; `end`: the migration
    /// has not.
    pub when: String,
    /// The step that it is about (1-based); missing: the migration as a whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub step: Option<usize>,
    /// It can be asked once this step is done (0: before anything runs) …
    pub from: usize,
    /// … and no later than when this one is the last that is done.
    pub to: usize,
    /// Only the transaction of the migration itself can ask: nothing in between is committed.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub inside_transaction: bool,
    /// Statements that the query needs before it, in the same session.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub setup: Vec<String>,
    /// Yields one row of one column. Where `baseline` is set, `$1` stands for what that query answered.
    pub query: String,
    pub expectation: Expectation,
    /// The value, or the expectation in words.
    pub expected: String,
    /// What the step, or a later statement, fails with otherwise; several where any of them may come. Empty where
    /// nothing fails and rows are wrong in silence.
    pub sqlstates: Vec<String>,
    /// For large tables: asks a part of the rows. What it finds is wrong; finding nothing proves nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sample: Option<Sample>,
    /// The check whose answer this one is compared with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub baseline: Option<String>,
    /// Rows of the relation, where they are known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rows: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// The answer is `expected`.
    #[default]
    Equals,
    /// Any answer, but no error.
    NoError,
    /// Any answer: it is kept, and a later check is compared with it.
    Keep,
    /// The answer is that of the check named by `baseline`.
    Same,
    /// No query decides it; `query` is what people look at, and is not run.
    Read,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sample {
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub setup: Vec<String>,
    pub query: String,
    /// What part of the rows it asks.
    pub part: String,
}

/// What a server answered, format `lockstep-validated/1`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Report {
    pub format: String,
    /// The server's own version text.
    pub server: String,
    /// The last step that was done when it was asked; 0: none.
    pub at: usize,
    pub steps: usize,
    pub answers: Vec<Answer>,
    pub passed: usize,
    pub failed: usize,
    /// Checks whose time is another, and those that no query decides.
    pub not_asked: usize,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Answer {
    pub id: String,
    pub kind: String,
    pub title: String,
    /// `passed`, `failed`, `error` (the server refused the query), `kept` (for a later comparison) or `not_asked`.
    pub status: String,
    pub expected: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub found: Option<String>,
    /// Only a part of the rows was asked.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub sampled: bool,
    /// Why it was not asked, or what the server said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sqlstate: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub prevents: Vec<String>,
}

pub const REPORT_FORMAT: &str = "lockstep-validated/1";
