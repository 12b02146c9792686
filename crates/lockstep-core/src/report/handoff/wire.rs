//! The JSON of a handoff note: format `lockstep-handoff/1`.

use serde::{Deserialize, Serialize};

pub const FORMAT: &str = "lockstep-handoff/1";

/// What those who write the application have to know and to do.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Handoff {
    pub format: String,
    pub postgres: u8,
    /// The migration's files.
    pub files: Vec<String>,
    pub steps: usize,
    /// That a step is sure to fail, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fails: Option<String>,
    /// The change of the schema in words, one sentence each.
    pub changes: Vec<String>,
    /// In which order the migration and the application go out.
    pub order: Vec<Stage>,
    /// Why no order is without a gap, or what else is to know of it.
    pub order_notes: Vec<String>,
    /// Edits of models, a tool each.
    pub edits: Vec<Edit>,
    /// Repositories, queries and fixtures to look at.
    pub touch: Vec<String>,
    pub errors: Vec<Scenario>,
    pub rollback: Rollback,
}

/// A part of the deployment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Stage {
    /// `migration` or `application`.
    pub who: String,
    /// What is done, in words.
    pub what: String,
    /// First and last step (1-based), where the stage runs any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub steps: Option<(usize, usize)>,
}

/// What changes in the models of one tool.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Edit {
    /// `sqlalchemy`, `pydantic`, `prisma`, `django`, `diesel`, `sqlx` or `typescript`.
    pub tool: String,
    pub title: String,
    /// Of code fences: `python`, `prisma`, `rust`, `typescript`.
    pub language: String,
    pub models: Vec<Model>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Model {
    /// The table or type; empty for what belongs to no single one.
    pub relation: String,
    /// Where it usually is: `models/user.py`.
    pub file: String,
    /// As in a unified diff: a sign and a line each; `…` stands for lines left out.
    pub diff: Vec<String>,
    /// The whole as it should be; empty where it goes.
    pub code: String,
}

/// An error that this change can end in.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Scenario {
    /// Any of these: what is to be done is the same.
    pub sqlstates: Vec<String>,
    /// Where it may come, in words.
    pub when: String,
    pub steps: Vec<usize>,
    pub resolution: Vec<String>,
    /// The query that finds what causes it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub query: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Rollback {
    /// `exact`, `leaves_rows`, `loses_data` or `impossible`.
    pub grade: String,
    pub lost: Vec<String>,
    /// Rows that were added and are not taken away.
    #[serde(default)]
    pub stays: Vec<String>,
}
