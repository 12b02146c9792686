//! `jsonb` as text: keys by length and bytes, the last of equal ones kept (`jsonb_in`, `jsonb_out`).

use crate::effect::PgError;
use crate::expression::literal::numeric;
use crate::expression::scope::Refusal;
use crate::pg::sqlstate;

/// Deeper values are not read.
const MAX_DEPTH: usize = 64;

/// The value as `jsonb_out` prints it; 22P02 where it is no JSON.
pub(super) fn canonical(text: &str) -> Result<String, Refusal> {
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    reader.blanks();
    if reader.rest.is_empty() { Ok(value) } else { Err(invalid()) }
}

fn invalid() -> Refusal {
    PgError::new(sqlstate::INVALID_TEXT_REPRESENTATION, "invalid input syntax for type json").into()
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn accept(&mut self, sign: char) -> bool {
        self.blanks();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Result<String, Refusal> {
        if depth > MAX_DEPTH {
            return Err(Refusal::Unknown("the JSON value is nested too deeply".to_owned()));
        }
        self.blanks();
        if self.accept('{') {
            return self.object(depth);
        }
        if self.accept('[') {
            return self.array(depth);
        }
        if self.rest.starts_with('"') {
            return Ok(escaped(&self.string()?));
        }
        for word in ["true", "false", "null"] {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.rest = rest;
                return Ok(word.to_owned());
            }
        }
        self.number()
    }

    fn object(&mut self, depth: usize) -> Result<String, Refusal> {
        let mut members: Vec<(String, String)> = vec![];
        if !self.accept('}') {
            loop {
                self.blanks();
                let key = self.string()?;
                if !self.accept(':') {
                    return Err(invalid());
                }
                let value = self.value(depth + 1)?;
                members.retain(|(known, _)| *known != key);
                members.push((key, value));
                if self.accept('}') {
                    break;
                }
                if !self.accept(',') {
                    return Err(invalid());
                }
            }
        }
        members.sort_by(|(first, _), (second, _)| (first.len(), first).cmp(&(second.len(), second)));
        let members: Vec<String> = members.iter().map(|(key, value)| format!("{}: {value}", escaped(key))).collect();
        Ok(format!("{{{}}}", members.join(", ")))
    }

    fn array(&mut self, depth: usize) -> Result<String, Refusal> {
        let mut items = vec![];
        if !self.accept(']') {
            loop {
                items.push(self.value(depth + 1)?);
                if self.accept(']') {
                    break;
                }
                if !self.accept(',') {
                    return Err(invalid());
                }
            }
        }
        Ok(format!("[{}]", items.join(", ")))
    }

    /// Read by the JSON library: escapes, surrogates and control characters.
    fn string(&mut self) -> Result<String, Refusal> {
        let bytes = self.rest.as_bytes();
        if bytes.first() != Some(&b'"') {
            return Err(invalid());
        }
        let mut end = 1;
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'\\' => end += 2,
                b'"' => break,
                _ => end += 1,
            }
        }
        let Some(quoted) = self.rest.get(..=end) else { return Err(invalid()) };
        let text: String = serde_json::from_str(quoted).map_err(|_| invalid())?;
        if text.contains('\0') {
            return Err(PgError::new(sqlstate::UNTRANSLATABLE_CHARACTER, "unsupported Unicode escape sequence")
                .detail("\\u0000 cannot be converted to text.")
                .into());
        }
        self.rest = &self.rest[end + 1..];
        Ok(text)
    }

    fn number(&mut self) -> Result<String, Refusal> {
        let end = self.rest.find(|it: char| !(it.is_ascii_digit() || matches!(it, '-' | '+' | '.' | 'e' | 'E')));
        let (text, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        // Stricter than a number in SQL: no leading zeros, digits on both sides of the point.
        serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|_| invalid())?;
        self.rest = rest;
        numeric(text)
    }
}

/// `escape_json`.
fn escaped(text: &str) -> String {
    let mut made = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => made.push_str("\\\""),
            '\\' => made.push_str("\\\\"),
            '\u{8}' => made.push_str("\\b"),
            '\u{c}' => made.push_str("\\f"),
            '\n' => made.push_str("\\n"),
            '\r' => made.push_str("\\r"),
            '\t' => made.push_str("\\t"),
            control if (control as u32) < 0x20 => made.push_str(&format!("\\u{:04x}", control as u32)),
            other => made.push(other),
        }
    }
    made.push('"');
    made
}
