//! Directives in comments: `-- lockstep: table users rows=10M size=4GB` says what is known of a table,
//! `-- lockstep: ignore HAZARD why` what is accepted, `-- lockstep: config KEY = VALUE` what a team wants.

use crate::diagnostic::{Diagnostic, Parsed, Severity, nearest};
use crate::facts::{self, TableFacts};
use crate::input::ignore::{self, Mention};
use crate::input::sql::split;
use crate::source::Span;

/// What the comments of a text say to this tool, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Directives {
    pub tables: Vec<(String, TableFacts)>,
    /// Key and value, as they are written.
    pub settings: Vec<Setting>,
    pub ignores: Vec<Mention>,
}

/// `-- lockstep: config naming.index = ix_{table}_{columns}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    pub span: Span,
    pub key: String,
    pub value: String,
}

/// Words that may follow `lockstep:`; those of sections are read with the statements.
const KINDS: [&str; 6] = ["schema", "migration", "table", "ignore", "ignore-file", "config"];

/// A comment that speaks to this tool.
struct Comment<'a> {
    span: Span,
    kind: &'a str,
    /// What follows, and where it begins in the text.
    words: &'a str,
    at: usize,
}

/// Every directive of the text; what cannot be read is said.
pub fn read(text: &str) -> Parsed<Directives> {
    let mut found = Parsed { value: Directives::default(), diagnostics: vec![] };
    // Few texts hold one, and looking for comments takes time.
    let spans = if has_any(text) { split::comments(text) } else { vec![] };
    for comment in spans.into_iter().filter_map(|span| comment(text, span)) {
        if let Err(complaint) = take(&mut found.value, &comment) {
            found.diagnostics.push(complaint);
        }
    }
    found
}

/// Whether the text may hold a directive of any kind.
pub fn has_any(text: &str) -> bool {
    text.contains("lockstep:")
}

fn take(found: &mut Directives, comment: &Comment) -> Result<(), Diagnostic> {
    match comment.kind {
        "table" => {
            let facts = facts::parse(comment.words).map_err(|it| no_facts(comment, &it))?;
            found.tables.push(facts);
        }
        "config" => found.settings.push(setting(comment)?),
        "ignore" => found.ignores.extend(ignore::mentions(comment.span, comment.at, comment.words, false)?),
        "ignore-file" => found.ignores.extend(ignore::mentions(comment.span, comment.at, comment.words, true)?),
        kind if KINDS.contains(&kind.to_ascii_lowercase().as_str()) => {}
        kind => return Err(unknown(comment, kind)),
    }
    Ok(())
}

/// Of either form, `-- lockstep: …` and `/* lockstep: … */`.
fn comment(text: &str, span: Span) -> Option<Comment<'_>> {
    let whole = text.get(span.start as usize..span.end as usize)?;
    let block = whole.starts_with("/*");
    let rest = whole.strip_prefix(if block { "/*" } else { "--" })?.trim_start_matches([' ', '\t', '\r', '\n', '*']);
    let rest = rest.strip_prefix("lockstep:")?.trim_start();
    let end = if block { rest.strip_suffix("*/")? } else { rest };
    let kind = end.split_whitespace().next().unwrap_or("");
    let words = &end[kind.len()..];
    let at = span.end as usize - rest.len() + kind.len();
    Some(Comment { span, kind, words, at })
}

fn setting(comment: &Comment) -> Result<Setting, Diagnostic> {
    let (key, value) = comment.words.split_once('=').ok_or_else(|| Diagnostic {
        severity: Severity::Warning,
        message: "this sets nothing: it should be written as key = value".into(),
        span: comment.span,
        hints: vec!["-- lockstep: config naming.index = ix_{table}_{columns}".into()],
    })?;
    Ok(Setting { span: comment.span, key: key.trim().to_owned(), value: value.trim().to_owned() })
}

fn no_facts(comment: &Comment, message: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        message: format!("this says nothing of a table: {message}"),
        span: comment.span,
        hints: vec!["-- lockstep: table users rows=10M size=4GB reads=500/s writes=50/s".into()],
    }
}

fn unknown(comment: &Comment, kind: &str) -> Diagnostic {
    let hint = match nearest(kind, KINDS) {
        Some(near) => format!("Is `{near}` meant?"),
        None => format!("After `lockstep:` stands one of {}.", KINDS.join(", ")),
    };
    Diagnostic {
        severity: Severity::Warning,
        message: "this comment says nothing that is understood".into(),
        span: comment.span,
        hints: vec![hint],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_found_in_comments_only() {
        let text = "-- lockstep: table users rows=2M\nSELECT '-- lockstep: table t rows=1';\n--lockstep: table app.t size=1GB\n\
                    /* lockstep: table b rows=1 */";
        let found = read(text);
        let names: Vec<&str> = found.value.tables.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["users", "app.t", "b"]);
        assert_eq!(found.diagnostics, []);
    }

    #[test]
    fn a_directive_that_cannot_be_read_is_said_with_its_place() {
        let found = read("SELECT 1;\n-- lockstep: table users rows=lots\n");
        assert_eq!(found.value, Directives::default());
        assert_eq!(found.diagnostics.len(), 1);
        assert_eq!(found.diagnostics[0].span, Span::new(10..44));
        assert!(found.diagnostics[0].message.contains("lots"));
    }

    #[test]
    fn a_slip_of_the_pen_is_said_with_what_is_near() {
        let found = read("-- lockstep: ingore serial_column it is old\n-- lockstep: Schema\n-- lockstep: frobnicate\n");
        let hints: Vec<_> = found.diagnostics.iter().flat_map(|it| it.hints.clone()).collect();
        assert_eq!(hints.len(), 2);
        assert_eq!(hints[0], "Is `ignore` meant?");
        assert!(hints[1].contains("schema, migration, table"));
    }

    #[test]
    fn a_setting_has_a_key_and_a_value() {
        let found = read("-- lockstep: config naming.index = ix_{table}_*\n-- lockstep: config naming.index\n");
        assert_eq!(found.value.settings[0].key, "naming.index");
        assert_eq!(found.value.settings[0].value, "ix_{table}_*");
        assert!(found.diagnostics[0].message.contains("key = value"));
    }
}
