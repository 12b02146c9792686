//! `~` and its relatives: regular expressions without groups and alternatives (`regcomp.c`), matched by
//! the set of places that are reached. Others are not known, but for parentheses that do not pair.

use crate::expression::evaluate::value::Value;
use crate::expression::evaluate::{Computed, Trouble, error};
use crate::pg::sqlstate;

/// Longer ones are not matched.
const MAX_PATTERN: usize = 1000;
const MAX_REPEATS: usize = 255;

/// `~`, `!~`, `~*`, `!~*`.
pub(super) fn matches(symbol: &str, text: &Value, pattern: &Value) -> Computed {
    let (Value::Text(text), Value::Text(pattern)) = (text, pattern) else { return Err(Trouble::Unknown) };
    if is_unbalanced(pattern) {
        return error(sqlstate::INVALID_REGULAR_EXPRESSION, "invalid regular expression: parentheses () not balanced");
    }
    let ignores_case = symbol.ends_with('*');
    // Classes and case beyond ASCII depend on the collation.
    if !text.is_ascii() || !pattern.is_ascii() || pattern.len() > MAX_PATTERN {
        return Err(Trouble::Unknown);
    }
    let lower = |it: &str| if ignores_case { it.to_ascii_lowercase() } else { it.to_owned() };
    let pattern = read(&lower(pattern)).ok_or(Trouble::Unknown)?;
    Ok(Value::Boolean(pattern.is_in(lower(text).as_bytes()) != symbol.starts_with('!')))
}

/// A parenthesis that is never closed; what else is wrong with a pattern is not looked for.
fn is_unbalanced(pattern: &str) -> bool {
    let plain = pattern.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'(' | b')' | b' ' | b'_'));
    let depth = |depth: i32, it| match it {
        b'(' => depth + 1,
        b')' => depth - 1,
        _ => depth,
    };
    plain && pattern.contains('(') && pattern.bytes().fold(0, depth) > 0
}

struct Pattern {
    atoms: Vec<Atom>,
    from_start: bool,
    to_end: bool,
}

struct Atom {
    allowed: Vec<(u8, u8)>,
    negated: bool,
    least: usize,
    /// `None`: any number.
    most: Option<usize>,
}

impl Atom {
    fn admits(&self, byte: u8) -> bool {
        self.allowed.iter().any(|(from, to)| (*from..=*to).contains(&byte)) != self.negated
    }
}

fn read(pattern: &str) -> Option<Pattern> {
    let bytes = pattern.as_bytes();
    let from_start = bytes.first() == Some(&b'^');
    let mut at = usize::from(from_start);
    let (mut atoms, mut to_end) = (vec![], false);
    // `***` and `(?` begin something else.
    while let Some(byte) = bytes.get(at) {
        at += 1;
        let (allowed, negated) = match byte {
            b'$' if at == bytes.len() => {
                to_end = true;
                break;
            }
            b'^' | b'$' | b'(' | b')' | b'|' | b'*' | b'+' | b'?' | b'{' => return None,
            b'.' => (vec![(0, 0x7f)], false),
            b'[' => bracket(bytes, &mut at)?,
            b'\\' => {
                let escaped = *bytes.get(at)?;
                at += 1;
                match escaped {
                    b'd' => (vec![(b'0', b'9')], false),
                    b'w' => (vec![(b'0', b'9'), (b'a', b'z'), (b'A', b'Z'), (b'_', b'_')], false),
                    it if it.is_ascii_alphanumeric() => return None,
                    it => (vec![(it, it)], false),
                }
            }
            it => (vec![(*it, *it)], false),
        };
        let (least, most) = repeats(bytes, &mut at)?;
        atoms.push(Atom { allowed, negated, least, most });
    }
    Some(Pattern { atoms, from_start, to_end })
}

fn bracket(bytes: &[u8], at: &mut usize) -> Option<(Vec<(u8, u8)>, bool)> {
    let negated = bytes.get(*at) == Some(&b'^');
    *at += usize::from(negated);
    let mut allowed = vec![];
    loop {
        let first = *bytes.get(*at)?;
        *at += 1;
        match first {
            b']' if !allowed.is_empty() => return Some((allowed, negated)),
            // Classes such as `[:alpha:]`, and escapes.
            b']' | b'[' | b'\\' => return None,
            _ => {}
        }
        if bytes.get(*at) == Some(&b'-') && bytes.get(*at + 1).is_some_and(|it| *it != b']') {
            let last = *bytes.get(*at + 1)?;
            if matches!(last, b'[' | b'\\') || last < first {
                return None;
            }
            *at += 2;
            allowed.push((first, last));
        } else {
            allowed.push((first, first));
        }
    }
}

/// How often the atom before stands; `None` where that is not read.
fn repeats(bytes: &[u8], at: &mut usize) -> Option<(usize, Option<usize>)> {
    let found = match bytes.get(*at) {
        Some(b'*') => (0, None),
        Some(b'+') => (1, None),
        Some(b'?') => (0, Some(1)),
        Some(b'{') => {
            let end = *at + bytes.get(*at..)?.iter().position(|it| *it == b'}')?;
            let text = std::str::from_utf8(&bytes[*at + 1..end]).ok()?;
            *at = end;
            match text.split_once(',') {
                None => (text.parse().ok()?, Some(text.parse().ok()?)),
                Some((least, "")) => (least.parse().ok()?, None),
                Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
            }
        }
        _ => return Some((1, Some(1))),
    };
    *at += 1;
    let bounded = found.0 <= MAX_REPEATS && found.1.is_none_or(|most| most <= MAX_REPEATS && most >= found.0);
    // `*?` and the like take as little as they can; `**` is an error.
    let more = bytes.get(*at).is_some_and(|it| matches!(it, b'*' | b'+' | b'?' | b'{'));
    (bounded && !more).then_some(found)
}

impl Pattern {
    fn is_in(&self, text: &[u8]) -> bool {
        let mut reached: Vec<bool> = (0..=text.len()).map(|at| at == 0 || !self.from_start).collect();
        for atom in &self.atoms {
            for _ in 0..atom.least {
                reached = step(atom, text, &reached);
            }
            match atom.most {
                Some(most) => {
                    let mut last = reached.clone();
                    for _ in atom.least..most {
                        last = step(atom, text, &last);
                        reached.iter_mut().zip(&last).for_each(|(all, now)| *all |= now);
                    }
                }
                None => {
                    for at in 0..text.len() {
                        if reached[at] && atom.admits(text[at]) {
                            reached[at + 1] = true;
                        }
                    }
                }
            }
        }
        if self.to_end { reached[text.len()] } else { reached.contains(&true) }
    }
}

fn step(atom: &Atom, text: &[u8], reached: &[bool]) -> Vec<bool> {
    let mut next = vec![false; reached.len()];
    for at in 0..text.len() {
        next[at + 1] = reached[at] && atom.admits(text[at]);
    }
    next
}
