//! `-- lockstep: ignore HAZARD why`: a finding that is known and accepted, with the reason; of the statement that
//! follows, or of the one that it stands in or behind. `ignore-file` is about all of its file.

use crate::diagnostic::{Diagnostic, Severity};
use crate::input::sql::read::{ReadStatement, Section};
use crate::source::Span;

/// A hazard's id in such a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// As it is written: there may be no such hazard.
    pub id: String,
    /// Of the id.
    pub span: Span,
    pub reason: String,
    /// It is about the whole file.
    pub file: bool,
    comment: Span,
}

/// A mention and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    pub id: String,
    pub span: Span,
    /// Of the id, 1-based.
    pub line: usize,
    pub reason: String,
    /// `None`: every statement of the file.
    pub statement: Option<Span>,
}

/// More of a reason is not kept.
const REASON_CHARS: usize = 400;
/// No id is longer.
const ID_CHARS: usize = 60;

/// `words` begins at `at`: ids with commas between them, then the reason.
pub(super) fn mentions(comment: Span, at: usize, words: &str, file: bool) -> Result<Vec<Mention>, Diagnostic> {
    let (ids, reason) = ids_and_reason(words);
    let wrong = |what: &str| Diagnostic {
        severity: Severity::Warning,
        message: format!("this ignores nothing: {what}"),
        span: comment,
        hints: vec![example(file, ids.first().map(|(_, id)| *id))],
    };
    if ids.is_empty() {
        return Err(wrong("it names no hazard"));
    }
    if reason.is_empty() {
        return Err(wrong("it gives no reason"));
    }
    let mention = |(offset, id): &(usize, &str)| Mention {
        id: id.chars().take(ID_CHARS).collect(),
        span: Span::new(at + offset..at + offset + id.len()),
        reason: reason.clone(),
        file,
        comment,
    };
    Ok(ids.iter().map(mention).collect())
}

/// How to write it.
fn example(file: bool, id: Option<&str>) -> String {
    let word = if file { "ignore-file" } else { "ignore" };
    let id: String = id.unwrap_or("blocking_index_build").chars().take(ID_CHARS).collect();
    format!("Say which and why: -- lockstep: {word} {id} only a nightly job writes to this table")
}

/// Ids with the place where each begins; the reason on one line.
fn ids_and_reason(words: &str) -> (Vec<(usize, &str)>, String) {
    let mut ids = vec![];
    let mut rest = words.trim_start();
    loop {
        let length = rest.find(|it: char| it.is_whitespace() || it == ',' || it == ':').unwrap_or(rest.len());
        if length > 0 {
            ids.push((words.len() - rest.len(), &rest[..length]));
        }
        rest = rest[length..].trim_start();
        match rest.strip_prefix(',') {
            Some(next) => rest = next.trim_start(),
            None => break,
        }
    }
    let reason = rest.trim_start_matches([':', '-', '–', '—', ' ']).split_whitespace();
    let reason: String = reason.collect::<Vec<_>>().join(" ");
    let short: String = reason.chars().take(REASON_CHARS).collect();
    (ids, if short.len() < reason.len() { short + " …" } else { short })
}

/// What each mention of a file is about; those that stand with another section than the migration's are of no
/// concern. A mention without a statement is said.
pub fn resolve(mentions: Vec<Mention>, text: &str, statements: &[ReadStatement]) -> (Vec<Ignore>, Vec<Diagnostic>) {
    let (mut found, mut diagnostics) = (vec![], vec![]);
    let (mut at, mut line) = (0, 1);
    for mention in mentions {
        let Mention { id, span, reason, file, comment } = mention;
        line += text.get(at..span.start as usize).map_or(0, |it| it.matches('\n').count());
        at = span.start as usize;
        if file {
            found.push(Ignore { id, span, line, reason, statement: None });
            continue;
        }
        match statement_of(comment, text, statements) {
            Some(it) if it.section == Section::Migration => {
                found.push(Ignore { id, span, line, reason, statement: Some(it.span) });
            }
            Some(_) => {}
            None => diagnostics.push(Diagnostic {
                severity: Severity::Warning,
                message: "this ignores nothing: no statement follows".into(),
                span: comment,
                hints: vec!["Put it above the statement, or write ignore-file for all of the file.".into()],
            }),
        }
    }
    (found, diagnostics)
}

/// The statement around the comment, the one on its line, or the next one.
fn statement_of<'a>(comment: Span, text: &str, statements: &'a [ReadStatement]) -> Option<&'a ReadStatement> {
    let after = statements.partition_point(|it| it.span.start < comment.start);
    let previous = after.checked_sub(1).and_then(|at| statements.get(at));
    let next = statements.get(after);
    let one_line = |from: u32, to: u32| text.get(from as usize..to as usize).is_some_and(|it| !it.contains('\n'));
    match (previous, next) {
        (Some(around), _) if comment.end <= around.span.end => Some(around),
        (_, Some(next)) if one_line(comment.end, next.span.start) => Some(next),
        (Some(before), _) if one_line(before.span.end, comment.start) => Some(before),
        _ => next,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::directive;
    use crate::input::sql::read::read;
    use crate::source::Source;

    /// What each ignore of the text is about.
    fn about(text: &str) -> Vec<(String, String, String)> {
        let source = Source::new("x.sql", text);
        let found = directive::read(text);
        assert_eq!(found.diagnostics, []);
        let (ignores, diagnostics) = resolve(found.value.ignores, text, &read(&source).value);
        assert_eq!(diagnostics, []);
        let what = |it: &Ignore| it.statement.map_or("file", |span| span.text(&source)).to_owned();
        ignores.iter().map(|it| (it.id.clone(), it.reason.clone(), what(it))).collect()
    }

    fn one(id: &str, reason: &str, statement: &str) -> (String, String, String) {
        (id.into(), reason.into(), statement.into())
    }

    #[test]
    fn it_is_about_the_statement_that_follows_or_the_one_on_its_line() {
        assert_eq!(about("SELECT 1;\n-- lockstep: ignore a why\n\nSELECT 2;"), [one("a", "why", "SELECT 2")]);
        assert_eq!(about("SELECT 1; -- lockstep: ignore a why\nSELECT 2;"), [one("a", "why", "SELECT 1")]);
        assert_eq!(
            about("SELECT 1\n-- lockstep: ignore a why\n, 3; SELECT 2;")[0].2,
            "SELECT 1\n-- lockstep: ignore a why\n, 3"
        );
        assert_eq!(about("SELECT 1; /* lockstep: ignore a why */ SELECT 2;"), [one("a", "why", "SELECT 2")]);
    }

    #[test]
    fn several_hazards_share_a_reason() {
        let text = "/* lockstep: ignore a, b,c: it is\n   old */ SELECT 1";
        assert_eq!(about(text), ["a", "b", "c"].map(|id| one(id, "it is old", "SELECT 1")));
        assert_eq!(about("-- lockstep: ignore-file a — it is old\n"), [one("a", "it is old", "file")]);
    }

    #[test]
    fn the_place_of_each_id_is_known() {
        let text = "SELECT 1; /* lockstep: ignore a, bc why */";
        let spans: Vec<_> = directive::read(text).value.ignores.iter().map(|it| it.span).collect();
        let words: Vec<_> = spans.iter().map(|it| &text[it.start as usize..it.end as usize]).collect();
        assert_eq!(words, ["a", "bc"]);
    }

    #[test]
    fn without_a_reason_or_a_hazard_it_ignores_nothing() {
        for (text, part) in [("-- lockstep: ignore serial_column", "no reason"), ("-- lockstep: ignore", "no hazard")] {
            let found = directive::read(text);
            assert_eq!(found.value.ignores, []);
            assert!(found.diagnostics[0].message.contains(part), "{text}");
        }
    }

    #[test]
    fn the_starting_schema_and_the_way_back_are_of_no_concern() {
        let text = "-- lockstep: schema\n-- lockstep: ignore a why\nSELECT 1;\n-- lockstep: migration\nSELECT 2;";
        assert_eq!(about(text), []);
    }

    #[test]
    fn its_line_is_told() {
        let text = "SELECT 1;\n\n-- lockstep: ignore a, b why\nSELECT 2; -- lockstep: ignore c why\n";
        let (ignores, _) = resolve(directive::read(text).value.ignores, text, &read(&Source::new("", text)).value);
        assert_eq!(ignores.iter().map(|it| it.line).collect::<Vec<_>>(), [3, 3, 4]);
    }

    #[test]
    fn a_reason_has_an_end() {
        let text = format!("-- lockstep: ignore a {}\nSELECT 1", "x".repeat(10_000));
        assert!(about(&text)[0].1.len() < 500);
    }
}
