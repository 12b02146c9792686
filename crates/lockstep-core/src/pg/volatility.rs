//! `provolatile`.

use crate::pg::catalog;
use crate::pg::version::PgVersion;

/// Strongest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volatility {
    Immutable,
    Stable,
    Volatile,
}

impl Volatility {
    pub(crate) fn from_letter(letter: &str) -> Self {
        match letter {
            "i" => Volatility::Immutable,
            "s" => Volatility::Stable,
            _ => Volatility::Volatile,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Volatility::Immutable => "immutable",
            Volatility::Stable => "stable",
            Volatility::Volatile => "volatile",
        }
    }

    pub fn from_word(word: &str) -> Self {
        Volatility::from_letter(word.get(..1).unwrap_or_default())
    }

    pub fn letter(self) -> char {
        match self {
            Volatility::Immutable => 'i',
            Volatility::Stable => 's',
            Volatility::Volatile => 'v',
        }
    }
}

/// Every function of that name in `pg_catalog` is immutable, and there is one.
pub fn is_immutable_name(name: &str) -> bool {
    let mut rows = PgVersion::ALL.iter().flat_map(|version| catalog::functions(name, *version)).peekable();
    rows.peek().is_some() && rows.all(|row| row.function.volatility == Volatility::Immutable)
}
