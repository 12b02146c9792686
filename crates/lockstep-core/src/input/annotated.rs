//! The application's queries, in the form that sqlc reads: `-- name: GetUser :one` above each.
//!
//! Comments of our own say more: `-- lockstep: critical` or `batch` what time a query may take, `-- lockstep: with 42,
//! 'draft'` values for its parameters.

use crate::syntax::lexer::{self, Kind};

/// One query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotatedQuery {
    pub name: String,
    /// `one`, `many`, `exec` …, as written; empty where the annotation has none.
    pub command: String,
    /// With `$1` … for every parameter, without the semicolon.
    pub text: String,
    /// 1-based line of the annotation.
    pub line: usize,
    pub class: Class,
    /// Values for its parameters, as SQL.
    pub values: Option<String>,
}

/// How fast a query must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Class {
    Critical,
    #[default]
    Other,
    Batch,
}

impl Class {
    /// The longest time that it may take, in milliseconds.
    pub fn target_ms(self) -> u32 {
        match self {
            Class::Critical => 50,
            Class::Other => 200,
            Class::Batch => 5000,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Class::Critical => "critical",
            Class::Other => "other",
            Class::Batch => "batch",
        }
    }
}

impl AnnotatedQuery {
    /// How many parameters it has: the greatest number among them.
    pub fn parameters(&self) -> usize {
        let (mut most, mut at) = (0, 0);
        while let Some(token) = lexer::next(&self.text, at) {
            at = token.end;
            if token.kind == Kind::Parameter {
                most = most.max(self.text[token.start + 1..token.end].parse().unwrap_or(0));
            }
        }
        most
    }
}

/// The queries of a file, in order; what stands above the first annotation belongs to none.
pub fn read(text: &str) -> Vec<AnnotatedQuery> {
    let mut found: Vec<AnnotatedQuery> = vec![];
    for (line, number) in text.lines().zip(1..) {
        if let Some((name, command)) = annotation(line) {
            let query = AnnotatedQuery {
                name: name.to_owned(),
                command: command.trim_start_matches(':').to_owned(),
                text: String::new(),
                line: number,
                class: Class::default(),
                values: None,
            };
            found.push(query);
            continue;
        }
        let Some(query) = found.last_mut() else { continue };
        match directive(line) {
            Some("critical") => query.class = Class::Critical,
            Some("batch") => query.class = Class::Batch,
            Some(words) => {
                query.values = words.strip_prefix("with ").map(|it| it.trim().to_owned()).or(query.values.take())
            }
            None => {
                query.text.push_str(line);
                query.text.push('\n');
            }
        }
    }
    for query in &mut found {
        query.text = with_numbers(body(&query.text));
    }
    found.retain(|it| !it.text.is_empty());
    found
}

/// `-- name: GetUser :one`, or the same as a block comment.
fn annotation(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let words = match line.strip_prefix("/*") {
        Some(rest) => rest.strip_suffix("*/")?,
        None => line.strip_prefix("--")?,
    };
    let mut words = words.trim().strip_prefix("name:")?.split_whitespace();
    Some((words.next()?, words.next().unwrap_or("")))
}

fn directive(line: &str) -> Option<&str> {
    Some(line.trim().strip_prefix("--")?.trim_start().strip_prefix("lockstep:")?.trim())
}

/// The first statement, without comments around it.
fn body(text: &str) -> &str {
    let (mut start, mut end, mut at) = (None, 0, 0);
    while let Some(token) = lexer::next(text, at) {
        at = token.end;
        if token.kind == Kind::Comment {
            continue;
        }
        if &text[token.start..token.end] == ";" {
            break;
        }
        start = start.or(Some(token.start));
        end = token.end;
    }
    start.map_or("", |start| &text[start..end])
}

/// `@email`, `sqlc.arg(email)`, `sqlc.narg('email')` and `sqlc.slice(ids)` as `$1` …, a number for each name; those that
/// are numbers already stay.
fn with_numbers(text: &str) -> String {
    let tokens: Vec<_> = {
        let mut at = 0;
        std::iter::from_fn(|| lexer::next(text, at).inspect(|token| at = token.end)).collect()
    };
    let word = |place: usize| tokens.get(place).map_or("", |it| &text[it.start..it.end]);
    let mut names: Vec<String> = vec![];
    let (mut out, mut copied, mut place) = (String::new(), 0, 0);
    while place < tokens.len() {
        let adjacent = |it: usize| tokens.get(it + 1).is_some_and(|next| next.start == tokens[it].end);
        let length = if word(place) == "@" && adjacent(place) && tokens[place + 1].kind == Kind::Word {
            Some((place + 1, 2))
        } else if word(place) == "sqlc"
            && word(place + 1) == "."
            && matches!(word(place + 2), "arg" | "narg" | "slice")
            && word(place + 3) == "("
            && word(place + 5) == ")"
        {
            Some((place + 4, 6))
        } else {
            None
        };
        let Some((name, length)) = length else {
            place += 1;
            continue;
        };
        let name = word(name).trim_matches('\'').to_owned();
        let number = names.iter().position(|it| *it == name).unwrap_or(names.len());
        if number == names.len() {
            names.push(name);
        }
        out.push_str(&text[copied..tokens[place].start]);
        out.push_str(&format!("${}", number + 1));
        place += length;
        copied = tokens[place - 1].end;
    }
    out.push_str(&text[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_have_names_commands_and_what_comments_say_of_them() {
        let text = "SET x = 1;\n-- name: GetUser :one\n-- lockstep: critical\n-- lockstep: with 42\nSELECT *\nFROM users \
                    WHERE id = $1;\n\n/* name: Purge :exec */\nDELETE FROM users -- all\n";
        let found = read(text);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].name.as_str(), found[0].command.as_str(), found[0].line), ("GetUser", "one", 2));
        assert_eq!(found[0].text, "SELECT *\nFROM users WHERE id = $1");
        assert_eq!((found[0].class, found[0].values.as_deref()), (Class::Critical, Some("42")));
        assert_eq!((found[1].text.as_str(), found[1].class), ("DELETE FROM users", Class::Other));
    }

    #[test]
    fn named_parameters_get_numbers() {
        let found = read("-- name: A :many\nSELECT @ -5, a @> b FROM t WHERE x = @x AND y = sqlc.arg('y') AND z = @x");
        assert_eq!(found[0].text, "SELECT @ -5, a @> b FROM t WHERE x = $1 AND y = $2 AND z = $1");
        assert_eq!(found[0].parameters(), 2);
    }
}
