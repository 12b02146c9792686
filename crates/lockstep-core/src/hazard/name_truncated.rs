#![doc = include_str!("name_truncated.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::runs;
use crate::name::{MAX_NAME_BYTES, truncate};
use crate::syntax::lexer::{self, Kind};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "name_truncated",
    severity: Severity::Warning,
    page: include_str!("name_truncated.md"),
    recipe: None,
    concerns: Concerns::EVERY,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    if !runs(step) || !may_be_long(&step.text) {
        return vec![];
    }
    let mut names: Vec<&str> = vec![];
    let mut at = 0;
    while let Some(token) = lexer::next(&step.text, at) {
        at = token.end;
        let word = match token.kind {
            Kind::Word => &step.text[token.start..token.end],
            Kind::QuotedWord => step.text[token.start..token.end].trim_matches('"'),
            _ => continue,
        };
        if word.len() > MAX_NAME_BYTES && !names.contains(&word) {
            names.push(word);
        }
    }
    let found = names.into_iter().map(|name| {
        let message = format!("Names have {MAX_NAME_BYTES} bytes at most: {name} becomes {}.", truncate(name));
        Finding::new(&HAZARD, message)
    });
    found.collect()
}

/// Whether so many bytes stand between two blanks: a long name, or one in quotes, which may hold blanks itself.
fn may_be_long(text: &str) -> bool {
    if text.len() <= MAX_NAME_BYTES {
        return false;
    }
    let mut words = text.as_bytes().split(|it| it.is_ascii_whitespace());
    text.contains('"') || words.any(|it| it.len() > MAX_NAME_BYTES)
}
