//! Which tests want a PostgreSQL server, and whether there is one.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Targets that boot a server: a whole package (`None`) or one of its test targets.
const NEED_SERVER: [(&str, Option<&str>); 2] = [("lockstep-pg", None), ("lockstep-tests", Some("rehearse"))];

pub(super) fn needs_server(package: &str, target: &str) -> bool {
    NEED_SERVER.iter().any(|&(name, only)| name == package && only.is_none_or(|only| only == target))
}

/// What to install, where no server program is found.
pub(super) fn missing() -> Option<String> {
    if installed() {
        return None;
    }
    let install = if cfg!(target_os = "macos") {
        "brew install postgresql@17"
    } else {
        "apt install postgresql (Debian, Ubuntu), dnf install postgresql-server (Fedora)"
    };
    Some(format!("no PostgreSQL server is installed: {install}. Nothing needs to be started or configured"))
}

fn installed() -> bool {
    let configured = Command::new("pg_config").arg("--bindir").output().ok();
    let configured = configured.map(|answer| PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim()));
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).chain(configured).collect();
    for (above, below) in [
        ("/usr/lib/postgresql", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "bin"),
        ("/usr", "bin"),
    ] {
        let versions = fs::read_dir(above).into_iter().flatten().flatten();
        folders.extend(versions.map(|version| version.path().join(below)));
    }
    folders.iter().any(|folder| has_server(folder))
}

fn has_server(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|name| folder.join(name).with_extension(env::consts::EXE_EXTENSION).is_file())
}

#[cfg(test)]
mod tests {
    use super::needs_server;

    #[test]
    fn only_what_boots_a_server_waits_for_one() {
        assert!(needs_server("lockstep-pg", "boot"));
        assert!(needs_server("lockstep-tests", "rehearse"));
        assert!(!needs_server("lockstep-tests", "suite"));
        assert!(!needs_server("lockstep-core", "lockstep_core"));
    }
}
