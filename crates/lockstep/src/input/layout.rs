//! What belongs to the migrations in a folder: ways back, other databases' files and strays do not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Words in file names such as `1_x.mysql.up.sql` that name another database.
const OTHER_DATABASES: [&str; 8] =
    ["mysql", "mariadb", "sqlite", "sqlite3", "cockroach", "mssql", "sqlserver", "oracle"];
const POSTGRES: [&str; 3] = ["postgres", "postgresql", "pgsql"];

/// What is left of a folder's SQL files, and what is not, by reason.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pub(super) paths: Vec<PathBuf>,
    pub(super) back: Vec<PathBuf>,
    pub(super) other_database: Vec<PathBuf>,
    pub(super) stray: Vec<PathBuf>,
    pub(super) order: Order,
}

/// How the tool compares names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Order {
    /// Numbers by value.
    #[default]
    Natural,
    /// By character.
    Lexicographic,
    /// By the version before the first underscore, in which hyphens do not count.
    Diesel,
}

pub(super) fn select(paths: Vec<PathBuf>, runner: Option<&str>) -> Selection {
    // Tools that make a folder of each migration run one file in it: diesel and Hasura `up.sql`, Prisma `migration.sql`.
    let only = ["up.sql", "migration.sql"].into_iter().find(|only| paths.iter().any(|path| name(path) == *only));
    let versions: BTreeSet<String> = paths.iter().filter_map(|path| flyway_version(path, 'V')).collect();
    let own: BTreeSet<PathBuf> = paths.iter().filter_map(|path| without_word(path, &POSTGRES)).map(popx_key).collect();
    let order = match (only, runner) {
        (_, Some("prisma" | "dbmate")) | (Some("migration.sql"), _) => Order::Lexicographic,
        (_, Some("diesel")) | (Some("up.sql"), None) => Order::Diesel,
        _ => Order::Natural,
    };
    let mut selection = Selection { order, ..Selection::default() };
    for path in paths {
        // Flyway's `U1__x.sql` undoes `V1__x.sql`; refinery runs it as a migration of its own.
        let undo = flyway_version(&path, 'U').is_some_and(|it| runner == Some("flyway") || versions.contains(&it));
        let place = if undo || is_down_file(&path) {
            &mut selection.back
        } else if without_word(&path, &OTHER_DATABASES).is_some() || own.contains(&popx_key(path.clone())) {
            // popx prefers a database's own file to the one for all of them.
            &mut selection.other_database
        } else if only.is_some_and(|only| name(&path) != only) {
            &mut selection.stray
        } else {
            &mut selection.paths
        };
        place.push(path);
    }
    selection
}

/// `down.sql`, `x.down.sql`, `x.postgres.down.sql`.
pub(super) fn is_down_file(path: &Path) -> bool {
    let name = name(path).to_ascii_lowercase();
    name == "down.sql" || name.ends_with(".down.sql")
}

/// The version of `V1.2__x.sql`.
pub(super) fn flyway_version(path: &Path, letter: char) -> Option<String> {
    let (version, _) = name(path).strip_prefix(letter)?.split_once("__")?;
    Some(version.to_owned())
}

/// `x.up.sql` for `x.postgres.up.sql`; `None` where the name has none of the words.
fn without_word(path: &Path, words: &[&str]) -> Option<PathBuf> {
    let name = name(path);
    let parts: Vec<&str> = name.split('.').collect();
    let at = parts.iter().skip(1).position(|part| words.contains(part))? + 1;
    let rest: Vec<&str> = parts.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, part)| *part).collect();
    Some(path.with_file_name(rest.join(".")))
}

/// popx's name of a migration: whether it runs in a transaction is no part of it.
fn popx_key(path: PathBuf) -> PathBuf {
    without_word(&path, &["autocommit"]).unwrap_or(path)
}

/// The name without words that tell databases apart, or how popx runs it.
pub(super) fn general(path: &Path) -> PathBuf {
    let path = without_word(path, &POSTGRES).unwrap_or_else(|| path.to_owned());
    popx_key(path)
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str], runner: Option<&str>) -> Vec<String> {
        let paths = names.iter().map(PathBuf::from).collect();
        select(paths, runner).paths.iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn ways_back_are_left_out() {
        assert_eq!(chosen(&["1.up.sql", "1.down.sql", "down.sql", "shutdown.sql"], None), ["1.up.sql", "shutdown.sql"]);
    }

    #[test]
    fn undo_files_are_flyways_only() {
        assert_eq!(chosen(&["V1__a.sql", "U1__a.sql"], None), ["V1__a.sql"]);
        assert_eq!(chosen(&["V1__a.sql", "U2__b.sql"], Some("refinery")), ["V1__a.sql", "U2__b.sql"]);
        assert_eq!(chosen(&["V1__a.sql", "U2__b.sql"], Some("flyway")), ["V1__a.sql"]);
    }

    #[test]
    fn postgresqls_own_file_goes_before_the_common_one() {
        let names = ["1_a.up.sql", "2_b.mysql.up.sql", "2_b.postgres.up.sql", "2_b.autocommit.up.sql"];
        assert_eq!(chosen(&names, None), ["1_a.up.sql", "2_b.postgres.up.sql"]);
    }

    #[test]
    fn beside_migration_folders_loose_files_are_no_migrations() {
        assert_eq!(chosen(&["1_a/up.sql", "data.sql", "1_a/down.sql"], Some("diesel")), ["1_a/up.sql"]);
        assert_eq!(chosen(&["1_a/migration.sql", "seed.sql"], None), ["1_a/migration.sql"]);
    }
}
