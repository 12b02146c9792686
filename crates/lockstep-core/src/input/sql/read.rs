//! The statements of a SQL file, each read by itself, with the section it stands in.

use triomphe::Arc;

use crate::diagnostic::Parsed;
use crate::input::sql::split::{self, PieceKind};
use crate::source::{Source, Span};
use crate::syntax::statement::Statement;
use crate::syntax::{self, SyntaxError};

#[derive(Debug, Clone)]
pub struct ReadStatement {
    pub span: Span,
    pub text: Arc<str>,
    pub statement: Result<Arc<Statement>, SyntaxError>,
    pub section: Section,
}

/// Files may carry the schema they start from: what follows a line `-- lockstep: schema` is that
/// schema, what follows `-- lockstep: migration` the migration. Several tools keep the way back in the
/// same file, behind a marker of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    Schema,
    #[default]
    Migration,
    /// The way back, which does not run.
    Down,
}

impl ReadStatement {
    /// Where the reader stopped, or the whole statement.
    pub fn error_span(&self) -> Span {
        match &self.statement {
            Err(error) => {
                let at = (self.span.start as usize + error.offset).min(self.span.end as usize);
                let rest = self.text.get(error.offset..).unwrap_or("");
                let length = rest.find(|it: char| it.is_whitespace()).unwrap_or(rest.len()).max(1);
                Span::new(at..(at + length).min(self.span.end as usize).max(at))
            }
            Ok(_) => self.span,
        }
    }
}

/// Larger statements are not read, only shown.
const MAX_STATEMENT_BYTES: usize = 2 << 20;

pub fn read(source: &Source) -> Parsed<Vec<ReadStatement>> {
    let parsed = split::split(&source.text);
    let sections = sections(&source.text);
    let mut statements = vec![];
    for (place, piece) in parsed.value.iter().enumerate().filter(|(_, piece)| piece.kind == PieceKind::Statement) {
        let text: Arc<str> = piece.span.text(source).into();
        let section = sections.iter().rev().find(|(at, _)| *at <= piece.span.start).map(|(_, it)| *it);
        let statement = match text.len() > MAX_STATEMENT_BYTES {
            true => Err(SyntaxError {
                message: format!("the statement is longer than {} MiB and is not read", MAX_STATEMENT_BYTES >> 20),
                offset: 0,
                kind: syntax::Refusal::TooComplex,
            }),
            false => syntax::parse(&text).map(|mut statement| {
                let next = parsed.value.get(place + 1).filter(|next| next.kind == PieceKind::CopyData);
                if let (Statement::Copy(copy), Some(next)) = (&mut statement, next) {
                    copy.data = Some(next.span.text(source).into());
                }
                Arc::new(statement)
            }),
        };
        statements.push(ReadStatement { span: piece.span, text, statement, section: section.unwrap_or_default() });
    }
    Parsed { value: statements, diagnostics: parsed.diagnostics }
}

/// Marker comments, lower case.
const MARKERS: [(&str, Section); 10] = [
    ("lockstep: schema", Section::Schema),
    ("lockstep: migration", Section::Migration),
    ("+goose up", Section::Migration),
    ("+goose down", Section::Down),
    ("migrate:up", Section::Migration),
    ("migrate:down", Section::Down),
    ("+migrate up", Section::Migration),
    ("+migrate down", Section::Down),
    ("up migration", Section::Migration),
    ("down migration", Section::Down),
];

/// node-pg-migrate's, which could be prose: they count only where they are the whole comment.
const PROSE: [&str; 2] = ["up migration", "down migration"];

/// Whether the text keeps a way back of its own, be it an empty one.
pub fn has_way_back(text: &str) -> bool {
    // Comments are looked for only where it is worth the time.
    let may = ["down", "Down", "DOWN"].iter().any(|it| text.contains(it));
    may && sections(text).iter().any(|(_, section)| *section == Section::Down)
}

/// The text without its way back.
pub fn without_way_back(text: &str) -> String {
    let sections = sections(text);
    let mut out = String::new();
    let mut at = 0;
    for (place, (start, section)) in sections.iter().enumerate() {
        let (start, end) = (*start as usize, sections.get(place + 1).map_or(text.len(), |(end, _)| *end as usize));
        if *section == Section::Down {
            out.push_str(&text[at..start]);
            at = end;
        }
    }
    out + &text[at..]
}

/// Where sections begin.
fn sections(text: &str) -> Vec<(u32, Section)> {
    let mut found = vec![];
    // Many texts have no comment, and looking for them takes time.
    let spans = if text.contains("--") { split::comments(text) } else { vec![] };
    for span in spans {
        let comment = text.get(span.start as usize..span.end as usize).unwrap_or("");
        let Some(words) = comment.strip_prefix("--") else { continue };
        let words = words.trim().to_ascii_lowercase();
        let is = |marker: &str| match words.strip_prefix(marker) {
            Some(rest) => rest.is_empty() || (!PROSE.contains(&marker) && rest.starts_with(char::is_whitespace)),
            None => false,
        };
        found.extend(MARKERS.iter().find(|(marker, _)| is(marker)).map(|(_, section)| (span.start, *section)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_back_is_taken_out_wherever_it_stands() {
        let (up, down) = ("-- migrate:up\nCREATE TABLE t ();\n", "-- migrate:down\nDROP TABLE t;\n");
        assert_eq!(without_way_back(&format!("{up}{down}")), up);
        assert_eq!(without_way_back(&format!("{down}{up}")), up);
        assert_eq!(without_way_back(up), up);
    }

    #[test]
    fn a_marker_begins_a_way_back_and_prose_does_not() {
        for text in ["SELECT 1;\n-- +goose Down\n", "--migrate:down transaction:false\n", "-- Down Migration\n"] {
            assert!(has_way_back(text), "{text}");
        }
        for text in ["-- down migration is hard\nSELECT 1;", "SELECT '-- migrate:down';", "SELECT 1; -- +goose Up"] {
            assert!(!has_way_back(text), "{text}");
        }
    }
}
