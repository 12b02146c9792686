//! Which tests want a PostgreSQL server, and whether there is one.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Whether a test target boots a server. The unit tests inside `lockstep-pg` do not; those beside it do.
pub(super) fn needs_server(package: &str, target: &str) -> bool {
    match package {
        "lockstep-pg" => target != "lockstep_pg",
        "lockstep-tests" | "lockstep" => target == "rehearse",
        _ => false,
    }
}

/// What to install, where no server program is found.
pub(super) fn missing() -> Option<String> {
    if folders().iter().any(|folder| has_server(folder)) {
        return None;
    }
    let install = if cfg!(target_os = "macos") {
        "brew install postgresql@17"
    } else {
        "apt install postgresql (Debian, Ubuntu), dnf install postgresql-server (Fedora)"
    };
    Some(format!("no PostgreSQL server is installed: {install}. Nothing needs to be started or configured"))
}

/// Where servers are looked for; the same places as `lockstep_pg::binaries`, without linking it here:
/// its dependencies would be everybody's first wait.
fn folders() -> Vec<PathBuf> {
    let configured = Command::new("pg_config").arg("--bindir").output().ok();
    let configured = configured.map(|answer| PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim()));
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).chain(configured).collect();
    let versions = [
        "/usr/lib/postgresql",
        "/usr",
        "/usr/local",
        "/opt/homebrew/opt",
        "/usr/local/opt",
        "/Applications/Postgres.app/Contents/Versions",
        "/Library/PostgreSQL",
    ];
    for above in versions {
        let below = fs::read_dir(above).into_iter().flatten().flatten();
        folders.extend(below.map(|version| version.path().join("bin")));
    }
    folders
}

fn has_server(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|name| folder.join(name).with_extension(env::consts::EXE_EXTENSION).is_file())
}

#[cfg(test)]
mod tests {
    use super::needs_server;

    #[test]
    fn only_what_boots_a_server_waits_for_one() {
        assert!(needs_server("lockstep-pg", "cluster"));
        assert!(needs_server("lockstep-tests", "rehearse"));
        assert!(!needs_server("lockstep-pg", "lockstep_pg"));
        assert!(!needs_server("lockstep-tests", "suite"));
        assert!(!needs_server("lockstep-core", "lockstep_core"));
    }
}
