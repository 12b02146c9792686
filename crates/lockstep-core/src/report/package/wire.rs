//! The JSON of a package: format `lockstep-package/1`.

use serde::{Deserialize, Serialize};

pub const FORMAT: &str = "lockstep-package/1";

/// Everything about one migration, as files of one folder.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Package {
    pub format: String,
    pub postgres: u8,
    /// The migration's files, as they are called elsewhere.
    pub files: Vec<String>,
    /// The first is the index, which has a link to each of the others.
    pub documents: Vec<Document>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Document {
    /// A path inside the folder: names of letters, digits, dots, hyphens and underscores, parted by slashes. No two
    /// differ in case alone.
    pub name: String,
    /// `text/markdown`, `application/sql`, `application/json`; of a tool's files also `text/x-python`, `text/javascript`
    /// and `text/plain`.
    pub media_type: String,
    /// What it is, in one sentence.
    pub about: String,
    pub text: String,
}
