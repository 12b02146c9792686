//! Statements of a file, by psql's rules. Never fails and never loses a byte of SQL: parentheses,
//! quotes, `BEGIN ATOMIC` bodies, COPY data and psql's own commands are seen through.

use crate::diagnostic::{Diagnostic, Parsed, Severity};
use crate::source::Span;
use crate::syntax::lexer::{self, Kind, Quote, Token};

/// A part of a file that is not white space or a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Without leading comments and without the closing semicolon.
    pub span: Span,
    pub kind: PieceKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    Statement,
    /// A line that begins with `\`, for psql.
    MetaCommand,
    /// The lines after `COPY … FROM stdin;`, up to `\.`.
    CopyData,
}

/// What a statement's tokens have shown so far.
#[derive(Default)]
struct State {
    start: Option<usize>,
    end: usize,
    depth: usize,
    /// Open `BEGIN ATOMIC … END`, `CASE … END` inside such a body.
    blocks: usize,
    /// The first words, for the statements whose rules differ.
    is_create: bool,
    is_routine: bool,
    is_copy: bool,
    from_stdin: bool,
    last_word: Option<(usize, usize)>,
    words: usize,
}

pub fn split(text: &str) -> Parsed<Vec<Piece>> {
    let mut pieces = vec![];
    let mut diagnostics = vec![];
    let mut state = State::default();
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while let Some(token) = lexer::next(text, at) {
        at = token.end;
        match token.kind {
            Kind::Comment => continue,
            Kind::Unterminated(quote) => {
                diagnostics.push(unterminated(quote, token));
                if quote == Quote::Comment {
                    continue;
                }
                state.take(token);
            }
            Kind::Backslash if state.start.is_none() => {
                let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
                pieces.push(Piece { span: Span::new(token.start..end), kind: PieceKind::MetaCommand });
                at = end;
                continue;
            }
            Kind::Punctuation if &text[token.start..token.end] == ";" && state.depth == 0 && state.blocks == 0 => {
                let copies = state.is_copy && state.from_stdin;
                state.finish(&mut pieces);
                if copies {
                    at = copy_data(text, at, &mut pieces);
                }
                continue;
            }
            Kind::Punctuation => {
                match &text[token.start..token.end] {
                    "(" | "[" => state.depth += 1,
                    ")" | "]" => state.depth = state.depth.saturating_sub(1),
                    _ => {}
                }
                state.take(token);
            }
            Kind::Word => {
                state.word(text, token);
                state.take(token);
            }
            _ => state.take(token),
        }
    }
    state.finish(&mut pieces);
    Parsed { value: pieces, diagnostics }
}

/// Comments with their spans: directives to this tool stand in them.
pub fn comments(text: &str) -> Vec<Span> {
    let mut found = vec![];
    let mut at = 0;
    while let Some(token) = lexer::next(text, at) {
        at = token.end;
        if token.kind == Kind::Comment {
            found.push(Span::new(token.start..token.end));
        }
    }
    found
}

impl State {
    fn take(&mut self, token: Token) {
        self.start.get_or_insert(token.start);
        self.end = token.end;
    }

    fn finish(&mut self, pieces: &mut Vec<Piece>) {
        if let Some(start) = self.start {
            pieces.push(Piece { span: Span::new(start..self.end), kind: PieceKind::Statement });
        }
        *self = State::default();
    }

    /// `BEGIN ATOMIC` counts only in `CREATE FUNCTION|PROCEDURE`, as psql's `identifier_count` has it.
    fn word(&mut self, text: &str, token: Token) {
        let word = &text[token.start..token.end];
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        self.words += 1;
        match self.words {
            1 => {
                self.is_create = is("create");
                self.is_copy = is("copy");
            }
            2..=4 if self.is_create && (is("function") || is("procedure")) => self.is_routine = true,
            _ => {}
        }
        let last = self.last_word.map(|(start, end)| &text[start..end]);
        let after = |other: &str| last.is_some_and(|last| last.eq_ignore_ascii_case(other));
        if self.is_copy && is("stdin") && after("from") {
            self.from_stdin = true;
        }
        if self.is_routine && self.depth == 0 {
            let body = is("atomic") && after("begin");
            if body || (self.blocks > 0 && is("case")) {
                self.blocks += 1;
            } else if self.blocks > 0 && is("end") {
                self.blocks -= 1;
            }
        }
        self.last_word = Some((token.start, token.end));
    }
}

/// The data after `COPY … FROM stdin;`: from the next line to the line `\.`.
fn copy_data(text: &str, from: usize, pieces: &mut Vec<Piece>) -> usize {
    let start = text[from..].find('\n').map_or(text.len(), |at| from + at + 1);
    let mut line = start;
    while line < text.len() {
        let end = text[line..].find('\n').map_or(text.len(), |at| line + at);
        if text[line..end].trim_end_matches('\r') == "\\." {
            pieces.push(Piece { span: Span::new(start..line), kind: PieceKind::CopyData });
            return end;
        }
        line = end + 1;
    }
    if start < text.len() {
        pieces.push(Piece { span: Span::new(start..text.len()), kind: PieceKind::CopyData });
    }
    text.len()
}

fn unterminated(quote: Quote, token: Token) -> Diagnostic {
    let (what, close) = match quote {
        Quote::String => ("quoted string", "'"),
        Quote::Identifier => ("quoted identifier", "\""),
        Quote::Dollar => ("dollar-quoted string", "the same tag"),
        Quote::Comment => ("/* comment", "*/"),
    };
    Diagnostic {
        severity: Severity::Error,
        message: format!("unterminated {what}"),
        span: Span::new(token.start..(token.start + 1).min(token.end)),
        hints: vec![format!("It begins here and runs to the end of the file; close it with {close}.")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(text: &str) -> Vec<&str> {
        let pieces = split(text).value;
        let spans = pieces.iter().filter(|piece| piece.kind == PieceKind::Statement).map(|piece| piece.span);
        spans.map(|span| &text[span.start as usize..span.end as usize]).collect()
    }

    #[test]
    fn quotes_and_comments_hide_semicolons() {
        let text = "SELECT ';', E'\\';', $a$;$b$;$a$, \"a;b\" /* ; /* ; */ ; */; -- ;\nSELECT 2";
        assert_eq!(statements(text).len(), 2);
        assert_eq!(statements(text)[1], "SELECT 2");
    }

    #[test]
    fn an_atomic_body_is_one_statement() {
        let text =
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3;";
        assert_eq!(statements(text).len(), 2);
    }

    #[test]
    fn begin_is_a_statement_elsewhere() {
        assert_eq!(statements("BEGIN; SELECT 1; END;").len(), 3);
    }

    #[test]
    fn rules_keep_their_actions() {
        assert_eq!(statements("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3").len(), 2);
    }

    #[test]
    fn copy_data_is_no_sql() {
        let text = "COPY t (a) FROM stdin;\n1;'\n2\n\\.\nSELECT 1;\n\\echo done\nSELECT 2;";
        let kinds: Vec<_> = split(text).value.iter().map(|piece| piece.kind).collect();
        use PieceKind::*;
        assert_eq!(kinds, [Statement, CopyData, Statement, MetaCommand, Statement]);
    }

    #[test]
    fn an_open_quote_is_reported_where_it_opens() {
        let parsed = split("SELECT 1;\nSELECT 'abc; SELECT 2;");
        assert_eq!(parsed.value.len(), 2);
        assert_eq!(parsed.diagnostics[0].span.start, 17);
        assert_eq!(parsed.diagnostics[0].message, "unterminated quoted string");
    }

    #[test]
    fn ten_megabytes_are_split_in_linear_time() {
        let text = "INSERT INTO t VALUES (1, 'a;b');\n".repeat(300_000);
        assert_eq!(split(&text).value.len(), 300_000);
    }
}
