//! Directives in comments: `-- lockstep: table users rows=10M size=4GB` says what is known of a table.

use crate::diagnostic::{Diagnostic, Parsed, Severity};
use crate::facts::{self, TableFacts};
use crate::input::sql::split;
use crate::source::Span;

/// Every table directive of the text, in order; what cannot be read is said.
pub fn table_facts(text: &str) -> Parsed<Vec<(String, TableFacts)>> {
    let (mut value, mut diagnostics) = (vec![], vec![]);
    // Few texts hold one, and looking for comments takes time.
    let spans = if has_any(text) { split::comments(text) } else { vec![] };
    for span in spans {
        let comment = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let Some(words) = directive(comment) else { continue };
        match facts::parse(words) {
            Ok(facts) => value.push(facts),
            Err(message) => diagnostics.push(complaint(span, message)),
        }
    }
    Parsed { value, diagnostics }
}

/// Whether the text may hold a directive of any kind.
pub fn has_any(text: &str) -> bool {
    text.contains("lockstep:")
}

/// What follows `-- lockstep: table`.
fn directive(comment: &str) -> Option<&str> {
    let words = comment.strip_prefix("--")?.trim_start().strip_prefix("lockstep:")?.trim_start();
    let words = words.strip_prefix("table")?;
    (words.is_empty() || words.starts_with(char::is_whitespace)).then_some(words)
}

fn complaint(span: Span, message: String) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        message: format!("this says nothing of a table: {message}"),
        span,
        hints: vec!["-- lockstep: table users rows=10M size=4GB reads=500/s writes=50/s".into()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_found_in_comments_only() {
        let text = "-- lockstep: table users rows=2M\nSELECT '-- lockstep: table t rows=1';\n--lockstep: table app.t size=1GB\n";
        let found = table_facts(text);
        let names: Vec<&str> = found.value.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["users", "app.t"]);
        assert_eq!(found.diagnostics, []);
    }

    #[test]
    fn a_directive_that_cannot_be_read_is_said_with_its_place() {
        let found = table_facts("SELECT 1;\n-- lockstep: table users rows=lots\n");
        assert_eq!(found.value, []);
        assert_eq!(found.diagnostics.len(), 1);
        assert_eq!(found.diagnostics[0].span, Span::new(10..44));
        assert!(found.diagnostics[0].message.contains("lots"));
    }
}
