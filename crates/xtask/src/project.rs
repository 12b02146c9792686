//! Where things are.

use std::path::PathBuf;

/// The root of the checkout. Asked at run time first, so that a moved checkout is still found.
pub(crate) fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map_or(env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    manifest.ancestors().nth(2).map_or(manifest.clone(), PathBuf::from)
}

/// Where this build keeps files of its own: beside the binary that runs, inside cargo's target folder.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let binary = std::env::current_exe().unwrap_or_default();
    // target/debug/xtask → target
    binary.ancestors().nth(2).map_or_else(|| root().join("target"), PathBuf::from).join("xtask").join(name)
}

/// A path as a person would type it from where the command was started.
pub(crate) fn shown(path: &std::path::Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}
