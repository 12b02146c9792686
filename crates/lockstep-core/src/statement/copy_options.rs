//! The options of `COPY`: `ProcessCopyOptions`; and the lines of its text format.

use crate::pg::behavior;
use crate::pg::sqlstate;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::syntax::statement::{Copy, CopyOption, CopyValue};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Csv,
    Binary,
}

pub(super) struct Options {
    pub(super) format: Format,
    pub(super) freeze: bool,
    header: bool,
    delimiter: Option<String>,
    null: Option<String>,
}

pub(super) fn read(statement: &Copy, execution: &Execution) -> Outcome<Options> {
    let mut made = Options { format: Format::Text, freeze: false, header: false, delimiter: None, null: None };
    let mut seen: Vec<&str> = vec![];
    for option in &statement.options {
        let name = option.name.as_str();
        if !behavior::has_copy_option(name, execution.version) {
            return fail(sqlstate::SYNTAX_ERROR, format!("option \"{name}\" not recognized"));
        }
        if seen.contains(&name) {
            return fail(sqlstate::SYNTAX_ERROR, "conflicting or redundant options");
        }
        seen.push(name);
        match name {
            "format" => {
                made.format = match text(option) {
                    Some("text") => Format::Text,
                    Some("csv") => Format::Csv,
                    Some("binary") => Format::Binary,
                    other => {
                        let message = format!("COPY format \"{}\" not recognized", other.unwrap_or(""));
                        return fail(sqlstate::INVALID_PARAMETER_VALUE, message);
                    }
                }
            }
            "freeze" => made.freeze = boolean(option)?,
            "header" if text(option).is_some_and(|it| it.eq_ignore_ascii_case("match")) => made.header = true,
            "header" => made.header = boolean(option)?,
            "delimiter" => made.delimiter = text(option).map(str::to_owned),
            "null" => made.null = text(option).map(str::to_owned),
            _ => {}
        }
    }
    let has = |name: &str| seen.contains(&name);
    if made.format == Format::Binary && (has("delimiter") || has("null")) {
        let name = if has("delimiter") { "DELIMITER" } else { "NULL" };
        return fail(sqlstate::SYNTAX_ERROR, format!("cannot specify {name} in BINARY mode"));
    }
    if made.delimiter.as_ref().is_some_and(|it| it.len() != 1) {
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, "COPY delimiter must be a single one-byte character");
    }
    if made.format != Format::Csv
        && let Some(name) = ["quote", "escape", "force_quote", "force_not_null", "force_null"].iter().find(|it| has(it))
    {
        let name = name.to_uppercase();
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, format!("COPY {name} requires CSV mode"));
    }
    if (made.freeze && !statement.from) || has("reject_limit") || has("default") {
        return unknown("this combination of COPY options is not modelled");
    }
    Ok(made)
}

fn text(option: &CopyOption) -> Option<&str> {
    match &option.value {
        CopyValue::Text(text) => Some(text),
        _ => None,
    }
}

fn boolean(option: &CopyOption) -> Outcome<bool> {
    if option.value == CopyValue::None {
        return Ok(true);
    }
    match text(option).map(str::to_ascii_lowercase).as_deref() {
        Some("true" | "on" | "1") => Ok(true),
        Some("false" | "off" | "0") => Ok(false),
        _ => fail(sqlstate::SYNTAX_ERROR, format!("{} requires a Boolean value", option.name.as_str())),
    }
}

impl Options {
    /// The values of the text format; `None` is null (`CopyReadAttributesText`).
    pub(super) fn rows(&self, data: &str) -> Vec<Vec<Option<String>>> {
        let delimiter = self.delimiter.as_deref().and_then(|it| it.chars().next()).unwrap_or('\t');
        let null = self.null.as_deref().unwrap_or("\\N");
        let lines = data.lines().skip(usize::from(self.header));
        lines.map(|line| fields(line, delimiter, null)).collect()
    }
}

/// A delimiter behind a backslash is a letter like others; a null is compared before escapes are read.
fn fields(line: &str, delimiter: char, null: &str) -> Vec<Option<String>> {
    let mut made = vec![];
    let mut raw = String::new();
    let mut letters = line.chars();
    let mut finish = |raw: &mut String| {
        let field = std::mem::take(raw);
        made.push(if field == null { None } else { Some(unescape(&field)) });
    };
    while let Some(letter) = letters.next() {
        if letter == delimiter {
            finish(&mut raw);
            continue;
        }
        raw.push(letter);
        if letter == '\\' {
            raw.extend(letters.next());
        }
    }
    finish(&mut raw);
    made
}

fn unescape(field: &str) -> String {
    let mut made = String::new();
    let mut letters = field.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            made.push(letter);
            continue;
        }
        match letters.next() {
            Some('b') => made.push('\u{8}'),
            Some('f') => made.push('\u{c}'),
            Some('n') => made.push('\n'),
            Some('r') => made.push('\r'),
            Some('t') => made.push('\t'),
            Some('v') => made.push('\u{b}'),
            Some(digit @ '0'..='7') => {
                let mut code = digit.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    match letters.peek().and_then(|it| it.to_digit(8)) {
                        Some(more) => {
                            code = code * 8 + more;
                            letters.next();
                        }
                        None => break,
                    }
                }
                made.extend(char::from_u32(code & 0x7f));
            }
            Some(other) => made.push(other),
            None => made.push('\\'),
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_the_text_format_writes_them() {
        let made = fields("1\t\\N\ta\\tb\\\\c\t", '\t', "\\N");
        let texts: Vec<Option<&str>> = made.iter().map(Option::as_deref).collect();
        assert_eq!(texts, [Some("1"), None, Some("a\tb\\c"), Some("")]);
    }

    #[test]
    fn a_delimiter_behind_a_backslash_is_part_of_the_value() {
        assert_eq!(fields("a\\|b|c", '|', "\\N"), [Some("a|b".to_owned()), Some("c".to_owned())]);
    }
}
