//! `LIKE` and `ILIKE`: `MatchText` of `like_match.c`, by characters.

use crate::expression::evaluate::value::Value;
use crate::expression::evaluate::{Computed, Trouble};

/// `~~`, `!~~`, `~~*`, `!~~*`.
pub(super) fn like(symbol: &str, text: &Value, pattern: &Value) -> Computed {
    let (Value::Text(text), Value::Text(pattern)) = (text, pattern) else { return Err(Trouble::Unknown) };
    let ignores_case = symbol.ends_with('*');
    // Which letters beyond ASCII are the same depends on the collation.
    if ignores_case && !(text.is_ascii() && pattern.is_ascii()) {
        return Err(Trouble::Unknown);
    }
    let read =
        |it: &str| if ignores_case { it.to_ascii_lowercase() } else { it.to_owned() }.chars().collect::<Vec<char>>();
    let steps = steps(&read(pattern)).ok_or(Trouble::Unknown)?;
    Ok(Value::Boolean(matches(&read(text), &steps) != symbol.starts_with('!')))
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    One(char),
    Any,
    Rest,
}

/// `None` for a pattern that ends with its escape: an error, but only where matching gets that far.
fn steps(pattern: &[char]) -> Option<Vec<Step>> {
    let mut made = vec![];
    let mut at = 0;
    while at < pattern.len() {
        made.push(match pattern[at] {
            '%' => Step::Rest,
            '_' => Step::Any,
            '\\' => {
                at += 1;
                Step::One(*pattern.get(at)?)
            }
            other => Step::One(other),
        });
        at += 1;
    }
    Some(made)
}

/// Backtracking goes to the last `%` only, so that the time is bounded by the product of the lengths.
fn matches(text: &[char], steps: &[Step]) -> bool {
    let (mut at, mut step) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while at < text.len() {
        let fits = match steps.get(step) {
            Some(Step::Rest) => {
                back = Some((at, step));
                step += 1;
                continue;
            }
            Some(Step::Any) => true,
            Some(Step::One(wanted)) => *wanted == text[at],
            None => false,
        };
        if fits {
            (at, step) = (at + 1, step + 1);
            continue;
        }
        let Some((from, rest)) = back else { return false };
        back = Some((from + 1, rest));
        (at, step) = (from + 1, rest + 1);
    }
    steps[step..].iter().all(|it| *it == Step::Rest)
}
