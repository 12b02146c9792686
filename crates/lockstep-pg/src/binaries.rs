//! Where PostgreSQL's server programs are. `initdb` and `postgres` must lie side by side: wrappers such
//! as Debian's `/usr/bin/psql` are not the server, and a server of one version needs its own `initdb`.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lockstep_core::pg::version::PgVersion;

use crate::error::{Error, Result};

/// A folder with `initdb` and `postgres`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    pub folder: PathBuf,
    pub major: u8,
    /// As `postgres --version` prints it: `15.18 (Debian 15.18-0+deb12u1)`.
    pub version: String,
}

/// Folders with one version below another, by the packagers that keep several side by side.
const VERSIONED: [&str; 7] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/Library/PostgreSQL/*/bin",
];

impl Binaries {
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The server in `folder` or in its `bin`; `None` where there is none.
    pub fn inside(folder: &Path) -> Option<Self> {
        [folder.to_owned(), folder.join("bin")].iter().find_map(|folder| {
            // A link (Homebrew's, Nix's) would hide the share folder that initdb needs beside it.
            let postgres = fs::canonicalize(folder.join("postgres")).ok()?;
            let folder = postgres.parent()?.to_owned();
            if !folder.join("initdb").is_file() {
                return None;
            }
            let output = Command::new(&postgres).arg("--version").stdin(Stdio::null()).output().ok()?;
            let text = String::from_utf8(output.stdout).ok()?;
            let version = text.trim().strip_prefix("postgres (PostgreSQL) ")?.to_owned();
            Some(Binaries { major: major(&version)?, folder, version })
        })
    }

    /// Every server on this machine, newest first.
    pub fn installed() -> Vec<Self> {
        let mut folders = BTreeSet::new();
        if let Some(path) = env::var_os("PATH") {
            folders.extend(env::split_paths(&path));
        }
        folders.extend(VERSIONED.iter().flat_map(|pattern| expand(pattern)));
        folders.extend(pg_config_folder());
        let mut found: Vec<Self> = vec![];
        for binaries in folders.iter().filter_map(|folder| Self::inside(folder)) {
            if !found.iter().any(|it| it.folder == binaries.folder) {
                found.push(binaries);
            }
        }
        found.sort_by(|a, b| (b.major, &b.version).cmp(&(a.major, &a.version)));
        found
    }

    /// The server to use: in `given` where it is set, else the newest one that is supported, or the
    /// newest of the major asked for.
    pub fn find(given: Option<&Path>, wanted: Option<u8>) -> Result<Self> {
        let found = match given {
            Some(folder) => vec![Self::inside(folder).ok_or_else(|| Error::NoServer(nothing_inside(folder)))?],
            None => Self::installed(),
        };
        let fits = |it: &&Self| match wanted {
            Some(major) => it.major == major,
            None => PgVersion::from_major(it.major).is_some(),
        };
        found.iter().find(fits).cloned().ok_or_else(|| Error::NoServer(nothing_fits(&found, wanted)))
    }
}

fn major(version: &str) -> Option<u8> {
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn nothing_inside(folder: &Path) -> String {
    format!(
        "no PostgreSQL server in {}: `initdb` and `postgres` are not both there.\n\
         `pg_config --bindir` prints the folder to give, /usr/lib/postgresql/18/bin for example.",
        folder.display()
    )
}

fn nothing_fits(found: &[Binaries], wanted: Option<u8>) -> String {
    let version = wanted.map_or_else(|| "14 to 18".to_owned(), |major| major.to_string());
    let package = wanted.unwrap_or(18);
    let mut text = format!("no PostgreSQL server of version {version} on this machine");
    if found.is_empty() {
        text.push_str(" (searched PATH, pg_config and the usual folders).\n");
    } else {
        let listed: Vec<_> = found.iter().map(|it| format!("  {} in {}", it.version, it.folder.display())).collect();
        text.push_str(&format!("; found:\n{}\n", listed.join("\n")));
    }
    text.push_str(&format!(
        "To install it: `apt install postgresql-{package}` (Debian, Ubuntu), `dnf install postgresql-server` (Fedora), \
         `brew install postgresql@{package}` (macOS).\n\
         Elsewhere: --pg-bin FOLDER names the folder with `initdb` and `postgres`, --url a scratch database to use instead."
    ));
    text
}

/// Folders that match a pattern with one `*` in one of its parts.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![PathBuf::from(pattern)];
    };
    let Some((parent, prefix)) = before.rsplit_once('/') else {
        return vec![];
    };
    let Ok(entries) = fs::read_dir(parent) else {
        return vec![];
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| name.starts_with(prefix)).map(|name| PathBuf::from(format!("{parent}/{name}{after}"))).collect()
}

fn pg_config_folder() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_text_names_its_major() {
        assert_eq!(major("15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("18beta1"), Some(18));
        assert_eq!(major("devel"), None);
    }

    #[test]
    fn a_missing_server_says_what_to_install() {
        let error = nothing_fits(&[], Some(17));
        assert!(error.contains("version 17") && error.contains("apt install postgresql-17"), "{error}");
    }

    #[test]
    fn other_versions_are_listed_where_the_major_asked_for_is_missing() {
        let old = Binaries { folder: "/opt/pg/bin".into(), major: 12, version: "12.22".into() };
        let error = nothing_fits(&[old], None);
        assert!(error.contains("12.22 in /opt/pg/bin"), "{error}");
    }

    #[test]
    fn a_folder_without_a_server_is_refused() {
        let empty = tempfile::tempdir().unwrap();
        let error = Binaries::find(Some(empty.path()), None).unwrap_err();
        assert!(error.to_string().contains("are not both there"), "{error}");
    }
}
