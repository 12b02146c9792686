//! Names of files, made of those of the migration: each tool finds them in the order of the plan.

use crate::report::safe_plan::wire::Step;
use crate::simulate::trace::Trace;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// `7_x` and this ending, in the order of the numbers.
    Numbered(&'static str),
    /// The same, in the order of the texts: 10 before 9.
    Texts(&'static str),
    /// A folder `7_x`, and this file in it; in the order of the texts.
    Folder(&'static str),
    /// `V7.1__x.sql`: between the migration and the next one.
    Flyway,
    /// The name says nothing; the revision in it does.
    Alembic,
}

pub(super) struct Named {
    /// One for each step.
    pub(super) names: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// Characters of a migration's own words that are kept.
const WORDS: usize = 60;

pub(super) fn name<'a>(trace: &Trace, names: Names, steps: impl Iterator<Item = (&'a Step, &'a str)>) -> Named {
    let own = |source: usize| trace.plan.sources.get(source).map_or("", |it| &*it.name);
    let first = of(own(0));
    let steps: Vec<_> = steps.collect();
    let count = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    let by_text = matches!(names, Names::Texts(_) | Names::Folder(_));
    let following = |number: u32| match by_text && !keeps_width(&first.version, count) {
        true => format!("{}{:04}", first.version, number + 1),
        false => following(&first.version, number),
    };
    let named = steps.into_iter().zip(0u32..).map(|((step, phase), number)| {
        let source = step.origin.first().and_then(|it| trace.step(*it)).map_or(0, |it| it.source);
        let words = format!("{}_{phase}", of(own(source)).words);
        match names {
            Names::Numbered(ending) | Names::Texts(ending) => format!("{}_{words}{ending}", following(number)),
            Names::Folder(file) => format!("{}_{words}/{file}", following(number)),
            Names::Flyway => format!("{}__{words}.sql", flyway(own(0), number)),
            Names::Alembic => format!("{}_{}_{phase}.py", first.words, number + 1),
        }
    });
    let names_made: Vec<String> = named.collect();
    let mut notes = vec![];
    if let (Names::Numbered(_) | Names::Texts(_) | Names::Folder(_), false) = (names, names_made.len() < 2) {
        notes.push(match first.version.is_empty() {
            true => "The migration's name has no number: the files' own begin with 1.".into(),
            false => format!(
                "The files take the numbers from {} on: give them others where later migrations have these.",
                first.version
            ),
        });
    }
    Named { names: names_made, notes }
}

struct Parts {
    /// `20240101120000`, `2024-01-01-120000`; empty where there is none.
    version: String,
    words: String,
}

/// The number and the words of a migration's name.
fn of(path: &str) -> Parts {
    let mut parts = path.rsplit(['/', '\\']);
    let file = parts.next().unwrap_or("");
    let file = match file {
        "up.sql" | "migration.sql" => parts.next().unwrap_or(file),
        other => other,
    };
    let stem = [".sql", ".py", ".up"].iter().fold(file, |stem, ending| stem.strip_suffix(ending).unwrap_or(stem));
    let end = stem.find(|it: char| !it.is_ascii_digit() && it != '-').unwrap_or(stem.len());
    let version = stem[..end].trim_end_matches('-');
    let version = if version.starts_with(|it: char| it.is_ascii_digit()) { version } else { "" };
    let rest = &stem[version.len()..];
    let rest = rest.strip_prefix('V').and_then(|it| it.split_once("__")).map_or(rest, |(_, words)| words);
    Parts { version: version.to_owned(), words: words(rest) }
}

/// Lower case, digits and underscores: every tool takes them, and no folder begins in them.
fn words(text: &str) -> String {
    let mut out = String::new();
    for it in text.chars().take(WORDS) {
        let it = if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '_' };
        if it != '_' || !out.is_empty() && !out.ends_with('_') {
            out.push(it);
        }
    }
    let out = out.trim_end_matches('_');
    if out.is_empty() { "change".into() } else { out.to_owned() }
}

/// Whether as many numbers from the version on are as wide as it is: only then is their order that of their texts.
fn keeps_width(version: &str, count: u32) -> bool {
    let last = version.rsplit('-').next().unwrap_or(version);
    let end = last.parse::<u128>().ok().map(|it| it.saturating_add(u128::from(count)).saturating_sub(1));
    version.is_empty() || end.is_some_and(|it| it.to_string().len() <= last.len())
}

/// The version, and those that follow it: as wide, with its hyphens.
fn following(version: &str, number: u32) -> String {
    if version.is_empty() {
        return format!("{:04}", number + 1);
    }
    let (head, last) =
        version.rsplit_once('-').map_or(("", version), |(head, last)| (&version[..head.len() + 1], last));
    match last.parse::<u128>() {
        Ok(it) => format!("{head}{:0width$}", it.saturating_add(u128::from(number)), width = last.len()),
        Err(_) => format!("{version}{:04}", number + 1),
    }
}

/// `V7.1` after `V7`, and before `V8`.
fn flyway(path: &str, number: u32) -> String {
    let file = path.rsplit(['/', '\\']).next().unwrap_or("");
    let version = file.strip_prefix('V').and_then(|it| it.split_once("__")).map(|(version, _)| version);
    let is_version = |it: &&str| !it.is_empty() && it.chars().all(|it| it.is_ascii_digit() || it == '.' || it == '_');
    match version.filter(is_version) {
        Some(version) => format!("V{version}.{}", number + 1),
        None => format!("V{}", number + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migrations_name_is_a_number_and_words() {
        let parts = |name: &str| {
            let it = of(name);
            (it.version, it.words)
        };
        let own = |version: &str, words: &str| (version.to_owned(), words.to_owned());
        assert_eq!(parts("m/003_add_email.up.sql"), own("003", "add_email"));
        assert_eq!(parts("2024-01-01-120000_add/up.sql"), own("2024-01-01-120000", "add"));
        assert_eq!(parts("V7__Add-Email.sql"), own("", "add_email"));
        assert_eq!(parts("../../<b>.sql"), own("", "b"));
        assert_eq!(parts("-"), own("", "change"));
    }

    #[test]
    fn numbers_follow_the_migrations_own() {
        assert_eq!(following("009", 1), "010");
        assert_eq!(following("20240101120000", 2), "20240101120002");
        assert_eq!(following("2024-01-01-120000", 1), "2024-01-01-120001");
        assert_eq!(following("", 1), "0002");
        assert!(keeps_width("009", 2) && keeps_width("", 12) && !keeps_width("3", 8) && keeps_width("3", 7));
        assert!(!keeps_width("2024-99", 2));
        assert_eq!((flyway("V7__x.sql", 0), flyway("x.sql", 1)), ("V7.1".into(), "V2".into()));
    }
}
