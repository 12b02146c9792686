//! The order in which migration tools run the files of a folder.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

/// Numbers in names count by value: `V2__b.sql` before `V10__a.sql`. Versioned files first, wherever
/// they lie, and Flyway's repeatable ones last.
pub(super) fn compare(a: &Path, b: &Path) -> Ordering {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = |path: &Path| path.parent().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let (first, second) = (name(a), name(b));
    let (left, right) = (versioned(&first), versioned(&second));
    let class = |name: &str, version: &Option<Vec<u128>>| match version {
        Some(_) => 0,
        None if !name.starts_with("R__") => 1,
        None => 2,
    };
    class(&first, &left)
        .cmp(&class(&second, &right))
        .then_with(|| left.cmp(&right))
        .then_with(|| natural(&folder(a), &folder(b)))
        .then_with(|| natural(&first, &second))
}

/// The version of `2017-09-23-182408_x/up.sql`, as diesel compares it, and the path to tell equals apart.
pub(super) fn diesel_version(path: &Path) -> (String, PathBuf) {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let version = folder.split('_').next().unwrap_or_default().replace('-', "");
    (version, path.to_owned())
}

/// The parts of `V1.2_3__name.sql`, as Flyway reads them: split at dots and underscores, by value,
/// wherever the file lies.
fn versioned(name: &str) -> Option<Vec<u128>> {
    let (version, _) = name.strip_prefix(['V', 'U', 'B'])?.split_once("__")?;
    let mut parts: Vec<u128> = version.split(['.', '_']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    while parts.last() == Some(&0) {
        parts.pop();
    }
    Some(parts)
}

/// Runs of digits compare by value, everything else by character.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (Some(x), Some(y)) = (left.chars().next(), right.chars().next()) else {
            return left.len().cmp(&right.len()).then_with(|| a.cmp(b));
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let ((p, rest_left), (q, rest_right)) = (digits(left), digits(right));
            match p.len().cmp(&q.len()).then_with(|| p.cmp(q)) {
                Ordering::Equal => (left, right) = (rest_left, rest_right),
                other => return other,
            }
        } else if x == y {
            (left, right) = (&left[x.len_utf8()..], &right[y.len_utf8()..]);
        } else {
            return x.cmp(&y);
        }
    }
}

/// The digits at the front, without leading zeros, and what follows them.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(names: &[&str]) -> Vec<String> {
        let mut names: Vec<&Path> = names.iter().map(Path::new).collect();
        names.sort_by(|a, b| compare(a, b));
        names.iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn numbers_count_by_value() {
        assert_eq!(sorted(&["m/10_a.sql", "m/9_b.sql", "m/010_c.sql"]), ["m/9_b.sql", "m/10_a.sql", "m/010_c.sql"]);
    }

    #[test]
    fn flyway_versions_compare_part_by_part_and_repeatables_come_last() {
        let names = ["R__view.sql", "V10__c.sql", "V2.1__b.sql", "x/V2__a.sql", "V2_0_1__d.sql"];
        assert_eq!(sorted(&names), ["x/V2__a.sql", "V2_0_1__d.sql", "V2.1__b.sql", "V10__c.sql", "R__view.sql"]);
    }

    #[test]
    fn hyphens_in_a_diesel_version_do_not_count() {
        let version = |name: &str| diesel_version(Path::new(name)).0;
        assert!(version("20170308140537_create/up.sql") < version("2017-09-23-182408_move/up.sql"));
    }

    #[test]
    fn folders_order_their_files() {
        assert_eq!(sorted(&["2_b/up.sql", "10_c/up.sql", "1_a/up.sql"]), ["1_a/up.sql", "2_b/up.sql", "10_c/up.sql"]);
    }
}
