//! psql scripts: variables filled in, psql's own commands taken out, the rows of COPY kept.

use std::collections::BTreeMap;

use lockstep_core::input::sql::split::{PieceKind, split};
use lockstep_core::name::{quote_identifier, quote_literal};
use lockstep_core::plan::{self, Planned, runner::Runner};
use lockstep_core::report::wire::File;
use lockstep_core::source::Source;

/// One thing that a script does.
#[derive(Debug, Clone)]
pub enum Item {
    Statement(Box<Statement>),
    /// `\c`: a new session.
    Reconnect,
}

#[derive(Debug, Clone)]
pub struct Statement {
    pub file: String,
    pub line: usize,
    pub planned: Planned,
    /// The rows that follow `COPY … FROM stdin`.
    pub rows: Option<String>,
}

/// The statements of files, in the transactions that their runner puts around them.
pub fn items(files: &[File], runner: Runner, per_statement: bool) -> Vec<Item> {
    let wrapping = per_statement.then_some(plan::runner::Wrapping::Statement);
    let sources: Vec<Source> = files.iter().map(|it| Source::new(&it.name, &it.text)).collect();
    let mut plans = plan::plan(vec![], sources.clone(), runner, wrapping);
    let mut marks: BTreeMap<(usize, u32), Mark> = BTreeMap::new();
    for (number, source) in sources.iter().enumerate() {
        let mut previous = None;
        for piece in split(&source.text).value {
            let text = piece.span.text(source);
            match piece.kind {
                PieceKind::Statement => previous = Some(piece.span.start),
                PieceKind::CopyData => {
                    if let Some(start) = previous {
                        marks.insert((number, start), Mark::Rows(text.to_owned()));
                    }
                }
                PieceKind::MetaCommand if is_reconnect(text) => {
                    marks.insert((number, piece.span.start), Mark::Reconnect);
                }
                PieceKind::MetaCommand => {}
            }
        }
    }
    let mut found = vec![];
    for planned in plans.migration.read_on() {
        let place = (planned.source, planned.read.span.start);
        let earlier: Vec<_> = marks.range(..place).map(|(at, mark)| (*at, mark.clone())).collect();
        for (at, mark) in earlier {
            marks.remove(&at);
            if let Mark::Reconnect = mark {
                found.push(Item::Reconnect);
            }
        }
        let rows = match marks.remove(&place) {
            Some(Mark::Rows(rows)) => Some(rows),
            _ => None,
        };
        let source = &sources[planned.source];
        let line = 1 + source.text[..planned.read.span.start as usize].matches('\n').count();
        let file = source.name.to_string();
        found.push(Item::Statement(Box::new(Statement { file, line, planned, rows })));
    }
    found
}

#[derive(Debug, Clone)]
enum Mark {
    Rows(String),
    Reconnect,
}

fn is_reconnect(command: &str) -> bool {
    matches!(command.split_whitespace().next(), Some("\\c" | "\\connect"))
}

/// A script as psql would send it: `\set` and `\getenv` obeyed, other commands left out but `\c`; lines keep
/// their numbers. `environment` is what `\getenv` finds.
pub fn prepare(text: &str, environment: &BTreeMap<String, String>) -> String {
    let text = end_at_backslash(text);
    let mut variables = BTreeMap::new();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for piece in split(&text).value {
        let (start, end) = (piece.span.start as usize, piece.span.end as usize);
        out.push_str(&text[at..start]);
        let part = &text[start..end];
        match piece.kind {
            PieceKind::Statement => out.push_str(&fill(part, &variables)),
            PieceKind::CopyData => out.push_str(part),
            PieceKind::MetaCommand if is_reconnect(part) => out.push_str(part),
            PieceKind::MetaCommand => set(part, environment, &mut variables),
        }
        at = end;
    }
    out.push_str(&text[at..]);
    out
}

/// `… \gset` and its kin end a statement as a semicolon does.
fn end_at_backslash(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let end = ["\\gset", "\\gexec", "\\gdesc", "\\gx", "\\g", "\\crosstabview"].iter().find_map(|command| {
            let at = line.find(command)?;
            let alone = line[at + command.len()..].chars().next().is_none_or(char::is_whitespace);
            (at > 0 && alone && !line[..at].trim_start().starts_with("--")).then_some(at)
        });
        match end {
            Some(at) => {
                out.push_str(&line[..at]);
                out.push(';');
                out.push_str(if line.ends_with('\n') { "\n" } else { "" });
            }
            None => out.push_str(line),
        }
    }
    out
}

fn set(command: &str, environment: &BTreeMap<String, String>, variables: &mut BTreeMap<String, String>) {
    let mut words = command.split_whitespace();
    match (words.next(), words.next()) {
        (Some("\\set"), Some(name)) => {
            let value: String = words.map(|word| fill(word, variables).trim_matches('\'').to_owned()).collect();
            variables.insert(name.to_owned(), value);
        }
        (Some("\\getenv"), Some(name)) => {
            if let Some(value) = words.next().and_then(|it| environment.get(it)) {
                variables.insert(name.to_owned(), value.clone());
            }
        }
        _ => {}
    }
}

/// `:name`, `:'name'` and `:"name"`, where the variable is set; `::` is a cast.
fn fill(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(':') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(cast) = after.strip_prefix(':') {
            out.push_str("::");
            rest = cast;
            continue;
        }
        let quote = after.chars().next().filter(|it| matches!(it, '\'' | '"'));
        let name_at = usize::from(quote.is_some());
        let length = after[name_at..].find(|it: char| !it.is_ascii_alphanumeric() && it != '_');
        let name = &after[name_at..length.map_or(after.len(), |it| name_at + it)];
        let end = name_at + name.len();
        let closed = quote.is_none_or(|quote| after[end..].starts_with(quote));
        match variables.get(name).filter(|_| closed) {
            Some(value) => {
                out.push_str(&match quote {
                    Some('\'') => quote_literal(value),
                    Some(_) => quote_identifier(value),
                    None => value.clone(),
                });
                rest = &after[end + name_at..];
            }
            None => {
                out.push(':');
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str) -> String {
        prepare(text, &BTreeMap::from([("PG_DIR".to_owned(), "/d".to_owned())]))
    }

    #[test]
    fn variables_are_filled_in_and_casts_are_left_alone() {
        let text = "\\getenv dir PG_DIR\n\\set file :dir '/a.data'\nCOPY t FROM :'file';\nSELECT 1::int, :other;\n";
        assert_eq!(prepared(text), "\n\nCOPY t FROM '/d/a.data';\nSELECT 1::int, :other;\n");
    }

    #[test]
    fn commands_of_psql_are_left_out_and_end_statements() {
        assert_eq!(
            prepared("\\d t\nSELECT 1 AS a \\gset\n\\c -\nSELECT 2;\n"),
            "\nSELECT 1 AS a ;\n\\c -\nSELECT 2;\n"
        );
    }

    #[test]
    fn rows_of_copy_go_with_their_statement_and_a_new_session_stands_in_its_place() {
        let text = "COPY t FROM stdin;\n1\n\\.\n\\c -\nSELECT 2;\n";
        let files = [File { name: "a.sql".into(), text: text.into() }];
        let found = items(&files, plan::runner::RUNNERS[0], true);
        let [Item::Statement(copy), Item::Reconnect, Item::Statement(select)] = &found[..] else { panic!("{found:?}") };
        assert_eq!((copy.rows.as_deref(), select.line), (Some("1\n"), 5));
    }
}
