//! The statements of a SQL file, each read by itself, with the section it stands in.

use std::rc::Rc;

use crate::diagnostic::Parsed;
use crate::input::sql::split::{self, PieceKind};
use crate::source::{Source, Span};
use crate::syntax::statement::Statement;
use crate::syntax::{self, SyntaxError};

#[derive(Debug, Clone)]
pub struct ReadStatement {
    pub span: Span,
    pub text: Rc<str>,
    pub statement: Result<Rc<Statement>, SyntaxError>,
    pub section: Section,
}

/// Files may carry the schema they start from: what follows a line `-- lockstep: schema` is that
/// schema, what follows `-- lockstep: migration` the migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    Schema,
    #[default]
    Migration,
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
    for piece in parsed.value.iter().filter(|piece| piece.kind == PieceKind::Statement) {
        let text: Rc<str> = piece.span.text(source).into();
        let section = sections.iter().rev().find(|(at, _)| *at <= piece.span.start).map(|(_, it)| *it);
        let statement = match text.len() > MAX_STATEMENT_BYTES {
            true => Err(SyntaxError {
                message: format!("the statement is longer than {} MiB and is not read", MAX_STATEMENT_BYTES >> 20),
                offset: 0,
                kind: syntax::Refusal::TooComplex,
            }),
            false => syntax::parse(&text).map(Rc::new),
        };
        statements.push(ReadStatement { span: piece.span, text, statement, section: section.unwrap_or_default() });
    }
    Parsed { value: statements, diagnostics: parsed.diagnostics }
}

/// Where sections begin, by the marker comments.
fn sections(text: &str) -> Vec<(u32, Section)> {
    if !text.contains("lockstep:") {
        return vec![];
    }
    let comments = split::comments(text).into_iter();
    comments
        .filter_map(|span| {
            let comment = text.get(span.start as usize..span.end as usize)?;
            match comment.trim_start_matches("--").trim() {
                "lockstep: schema" => Some((span.start, Section::Schema)),
                "lockstep: migration" => Some((span.start, Section::Migration)),
                _ => None,
            }
        })
        .collect()
}
