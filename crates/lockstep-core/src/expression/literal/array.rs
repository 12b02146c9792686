//! Arrays as text: `array_in` and `array_out`.

use crate::effect::PgError;
use crate::expression::literal;
use crate::expression::node::{Constant, Node};
use crate::expression::scope::{Refusal, Scope};
use crate::pg::sqlstate;
use crate::pg::types::Type;

/// `MAXDIM`.
const MAX_DIMENSIONS: usize = 6;

pub(super) fn input(text: &str, typed: Type, scope: &dyn Scope) -> Result<String, Refusal> {
    let Some(element) = typed.element() else { return Err(malformed(text)) };
    let trimmed = text.trim();
    if trimmed.starts_with('[') {
        return Err(Refusal::Unknown("arrays with explicit bounds are not modelled".to_owned()));
    }
    let mut reader = Reader { text, rest: trimmed, element: element.bare(), scope };
    let made = reader.array(0)?;
    if !reader.rest.trim().is_empty() {
        return Err(malformed(text));
    }
    // An array without elements has no dimensions.
    let empty = made.chars().all(|it| matches!(it, '{' | '}' | ','));
    Ok(if empty { "{}".to_owned() } else { made })
}

fn malformed(text: &str) -> Refusal {
    PgError::new(sqlstate::INVALID_TEXT_REPRESENTATION, format!("malformed array literal: \"{text}\"")).into()
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
    element: Type,
    scope: &'a dyn Scope,
}

impl Reader<'_> {
    fn accept(&mut self, sign: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn array(&mut self, depth: usize) -> Result<String, Refusal> {
        if depth >= MAX_DIMENSIONS || !self.accept('{') {
            return Err(malformed(self.text));
        }
        let mut made = String::from("{");
        if self.accept('}') {
            return Ok("{}".to_owned());
        }
        loop {
            self.rest = self.rest.trim_start();
            let item = match self.rest.chars().next() {
                Some('{') => self.array(depth + 1)?,
                Some(_) => self.item()?,
                None => return Err(malformed(self.text)),
            };
            made.push_str(&item);
            if self.accept('}') {
                made.push('}');
                return Ok(made);
            }
            if !self.accept(',') {
                return Err(malformed(self.text));
            }
            made.push(',');
        }
    }

    fn item(&mut self) -> Result<String, Refusal> {
        let mut value = String::new();
        let quoted = self.rest.starts_with('"');
        let mut characters = self.rest.char_indices().skip(usize::from(quoted)).peekable();
        let mut end = self.rest.len();
        let mut closed = !quoted;
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some((_, escaped)) => value.push(escaped),
                    None => return Err(malformed(self.text)),
                },
                '"' if quoted => {
                    end = at + 1;
                    closed = true;
                    break;
                }
                ',' | '}' if !quoted => {
                    end = at;
                    break;
                }
                '"' | '{' if !quoted => return Err(malformed(self.text)),
                other => value.push(other),
            }
        }
        if !closed {
            return Err(malformed(self.text));
        }
        self.rest = &self.rest[end..];
        if !quoted {
            value.truncate(value.trim_end().len());
            if value.is_empty() {
                return Err(malformed(self.text));
            }
            if value.eq_ignore_ascii_case("null") {
                return Ok("NULL".to_owned());
            }
        }
        let made = literal::input(&value, self.element, self.scope)?;
        match &made.node {
            Node::Constant(Constant::Text(text)) => Ok(element_text(text)),
            _ => Err(Refusal::Unknown("the elements of the array are not modelled".to_owned())),
        }
    }
}

/// An element as `array_out` prints it: in quotes where it could be misread.
pub(in crate::expression) fn element_text(text: &str) -> String {
    let special = |it: char| matches!(it, '"' | '\\' | '{' | '}' | ',') || it.is_ascii_whitespace() || it == '\x0b';
    if text.is_empty() || text.eq_ignore_ascii_case("null") || text.contains(special) {
        return format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    }
    text.to_owned()
}
