//! What a file beside a migration tells its tool of it: that no transaction is to be around it.

use std::fs;
use std::path::Path;

/// diesel's `metadata.toml` in the migration's folder, Flyway's `V1__x.sql.conf` beside it.
pub(super) fn opts_out(migration: &Path, runner: Option<&str>) -> bool {
    let (beside, key) = match runner {
        Some("diesel") => (migration.with_file_name("metadata.toml"), "run_in_transaction"),
        Some("flyway") => {
            let mut name = migration.as_os_str().to_owned();
            name.push(".conf");
            (name.into(), "executeInTransaction")
        }
        _ => return false,
    };
    fs::read_to_string(beside).is_ok_and(|text| says_no(&text, key))
}

/// `key = false`, the one line that both formats write alike.
fn says_no(text: &str, key: &str) -> bool {
    text.lines().filter_map(|line| line.split_once('=')).any(|(name, value)| {
        let value = value.split('#').next().unwrap_or("").trim();
        name.trim() == key && value.eq_ignore_ascii_case("false")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tools_own_word_counts() {
        assert!(says_no("run_in_transaction = false # an index\n", "run_in_transaction"));
        assert!(says_no("executeInTransaction=false\n", "executeInTransaction"));
        assert!(!says_no("# run_in_transaction = false\n", "run_in_transaction"));
        assert!(!says_no("run_in_transaction = true\n", "run_in_transaction"));
    }
}
