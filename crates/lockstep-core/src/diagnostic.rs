//! What is wrong with the user's text. Errors that PostgreSQL would raise are not diagnostics: they
//! are outcomes of a simulated step, see [`PgError`](crate::effect::PgError).

use crate::source::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub message: String,
    pub span: Span,
    pub hints: Vec<String>,
}

/// A result that always has a value: reading never fails, it only complains.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<T> {
    pub value: T,
    pub diagnostics: Vec<Diagnostic>,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// The known word that was probably meant, for a hint.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Jaro-Winkler's measure: less is another word.
    const ALIKE: f64 = 0.75;
    // What is long is no word.
    let word: String = word.chars().take(100).collect();
    let measured = known.into_iter().map(|known| (strsim::jaro_winkler(&word, known), known));
    measured.filter(|(alike, _)| *alike > ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}
