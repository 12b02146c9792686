//! Server versions.

use std::fmt;

/// A major version of PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PgVersion {
    V14,
    V15,
    V16,
    V17,
    #[default]
    V18,
}

impl PgVersion {
    pub const ALL: [PgVersion; 5] = [PgVersion::V14, PgVersion::V15, PgVersion::V16, PgVersion::V17, PgVersion::V18];

    /// `None` for a major that is not supported.
    pub fn from_major(major: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.major() == major)
    }

    pub fn major(self) -> u8 {
        14 + self as u8
    }
}

impl fmt::Display for PgVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.major())
    }
}
