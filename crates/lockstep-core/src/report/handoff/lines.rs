//! The difference of two texts, line by line, as a unified diff shows it.

/// Lines around a difference that are shown with it.
const CONTEXT: usize = 2;

/// `+`, `-` or a space before each line; `…` where some are left out. Empty where both are the same.
pub(super) fn diff(old: &[String], new: &[String]) -> Vec<String> {
    let pairs = common(old, new);
    let mut all: Vec<(char, &str)> = vec![];
    let (mut from, mut to) = (0, 0);
    for (a, b) in pairs.into_iter().chain([(old.len(), new.len())]) {
        all.extend(old[from..a].iter().map(|it| ('-', it.as_str())));
        all.extend(new[to..b].iter().map(|it| ('+', it.as_str())));
        all.extend(old.get(a).map(|it| (' ', it.as_str())));
        (from, to) = (a + 1, b + 1);
    }
    if all.iter().all(|(sign, _)| *sign == ' ') {
        return vec![];
    }
    let near = |place: usize| {
        let low = place.saturating_sub(CONTEXT);
        all[low..all.len().min(place + CONTEXT + 1)].iter().any(|(sign, _)| *sign != ' ')
    };
    let mut shown: Vec<String> = vec![];
    for (place, (sign, line)) in all.iter().enumerate() {
        // The first line says what it is.
        if place == 0 || near(place) {
            shown.push(format!("{sign}{line}").trim_end().to_owned());
        } else if shown.last().is_none_or(|it| it != " …") {
            shown.push(" …".into());
        }
    }
    shown
}

/// Places of a longest common subsequence.
fn common(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut lengths = vec![0u32; (old.len() + 1) * width];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            lengths[a * width + b] = match old[a] == new[b] {
                true => lengths[(a + 1) * width + b + 1] + 1,
                false => lengths[(a + 1) * width + b].max(lengths[a * width + b + 1]),
            };
        }
    }
    let (mut a, mut b, mut found) = (0, 0, vec![]);
    while a < old.len() && b < new.len() {
        if old[a] == new[b] {
            found.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if lengths[(a + 1) * width + b] >= lengths[a * width + b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_stand_with_the_lines_around_them() {
        let lines = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        assert_eq!(diff(&lines("abcdefgh"), &lines("abcdeXgh")).join(" "), " a  …  d  e -f +X  g  h");
        assert_eq!(diff(&lines("ab"), &lines("ab")), Vec::<String>::new());
        assert_eq!(diff(&[], &lines("ab")), ["+a", "+b"]);
    }
}
