//! What the test targets beside this folder share: finding and reading cases, comparing with what is recorded.

pub mod case;
pub mod corpus;
pub mod facts;
pub mod generate;
pub mod judge;
pub mod load;
pub mod pages;
pub mod proof;
pub mod psql;
pub mod questions;
pub mod record;
pub mod render;
pub mod volume;

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn repository() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

/// Every file below `folder` with the extension, in a stable order. Empty where there is no such folder.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                if !["target", "node_modules", "dist", ".git"].iter().any(|it| name == *it) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Compares with the file beside the case, or writes it where `UPDATE_EXPECT` is set.
pub fn expect_file(path: &Path, actual: &str) -> Result<(), String> {
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return std::fs::write(path, actual).map_err(|error| format!("{}: {error}", path.display()));
    }
    Err(format!("{} differs; UPDATE_EXPECT=1 rewrites it\n{}", path.display(), difference(&expected, actual)))
}

/// The lines from the first to the last that differ, with the line before: enough to read in a test's output.
pub fn difference(expected: &str, actual: &str) -> String {
    let old: Vec<&str> = expected.lines().collect();
    let new: Vec<&str> = actual.lines().collect();
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - same;
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count().min(rest);
    let mut text = String::new();
    if let Some(line) = same.checked_sub(1).and_then(|at| old.get(at)) {
        text.push_str(&format!("  {line}\n"));
    }
    for line in &old[same..old.len() - tail] {
        text.push_str(&format!("- {line}\n"));
    }
    for line in &new[same..new.len() - tail] {
        text.push_str(&format!("+ {line}\n"));
    }
    text
}
