//! Ways back in files of their own: which migration each of them undoes.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::input::layout;

/// What a migration and its way back have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Flyway's version, wherever the file lies.
    Version(String),
    /// The folder, and the name without what tells up from down.
    Stem(PathBuf, String),
    /// The folder and the number that the name begins with: names may differ in the words.
    Number(PathBuf, String),
}

/// (migration, way back), in the order of the migrations. A way back without a migration is left out.
pub(super) fn pair(migrations: &[PathBuf], ways_back: &[PathBuf]) -> Vec<(PathBuf, PathBuf)> {
    let mut of: BTreeMap<Key, Vec<&PathBuf>> = BTreeMap::new();
    for path in ways_back {
        for key in keys(path, 'U') {
            of.entry(key).or_default().push(path);
        }
    }
    let found = |path: &PathBuf| {
        // Where several would fit, none does.
        let backs = keys(path, 'V').into_iter().find_map(|key| of.get(&key).filter(|it| it.len() == 1))?;
        Some((path.clone(), backs[0].clone()))
    };
    migrations.iter().filter_map(found).collect()
}

/// The ways back that lie beside a file.
pub(super) fn beside(path: &Path) -> Vec<PathBuf> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![] };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|it| if path.parent() == Some(Path::new("")) { PathBuf::from(it.file_name()) } else { it.path() })
        .filter(|it| it != path && it.extension().is_some_and(|it| it.eq_ignore_ascii_case("sql")))
        .filter(|it| layout::is_down_file(it) || layout::flyway_version(it, 'U').is_some())
        .collect();
    paths.sort();
    paths
}

/// From the surest to the least sure.
fn keys(path: &Path, flyway: char) -> Vec<Key> {
    let mut keys: Vec<Key> = layout::flyway_version(path, flyway).map(Key::Version).into_iter().collect();
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let name = layout::general(path).file_name().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    let stem = name.strip_suffix(".sql").unwrap_or(&name);
    let stem = match stem {
        "up" | "down" | "migration" => "",
        _ => [".up", ".down"].iter().find_map(|it| stem.strip_suffix(it)).unwrap_or(stem),
    };
    keys.push(Key::Stem(folder.clone(), stem.to_owned()));
    let digits: String = stem.chars().take_while(char::is_ascii_digit).collect();
    if !digits.is_empty() {
        keys.push(Key::Number(folder, digits));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(migrations: &[&str], ways_back: &[&str]) -> Vec<(String, String)> {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let pairs = pair(&paths(migrations), &paths(ways_back));
        pairs.into_iter().map(|(a, b)| (a.display().to_string(), b.display().to_string())).collect()
    }

    #[test]
    fn every_tools_files_find_each_other() {
        for (up, down) in [
            ("m/1_a.up.sql", "m/1_a.down.sql"),
            ("m/1_a.sql", "m/1_a.down.sql"),
            ("m/1_a/up.sql", "m/1_a/down.sql"),
            ("m/1_a/migration.sql", "m/1_a/down.sql"),
            ("m/a/V1.2__x.sql", "undo/U1.2__undo_x.sql"),
            ("m/1_a.postgres.autocommit.up.sql", "m/1_a.postgres.down.sql"),
            ("m/1_add_email.up.sql", "m/1_remove_email.down.sql"),
        ] {
            assert_eq!(paired(&[up, "m/2_b.up.sql"], &[down, "m/3_c.down.sql"]), [(up.to_owned(), down.to_owned())]);
        }
    }

    #[test]
    fn one_of_several_is_not_guessed() {
        assert!(paired(&["m/1_a.up.sql"], &["m/1_b.down.sql", "m/1_c.down.sql"]).is_empty());
        assert!(paired(&["x/1_a.up.sql"], &["y/1_a.down.sql"]).is_empty());
    }
}
