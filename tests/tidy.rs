//! Rules about the source itself.

use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::path::{Path, PathBuf};

use lockstep_tests::{files, repository};

/// The core's modules, lowest first: a module may use those before it, never those after it.
const LAYERS: &[&[&str]] = &[
    &["beside", "source", "diagnostic", "keyword", "name", "facts", "config"],
    &["pg", "syntax", "plpgsql", "session", "effect"],
    &["schema", "expression"],
    &["statement"],
    &["input"],
    &["plan"],
    &["simulate"],
    &["estimate", "traffic", "compat"],
    &["rollback"],
    &["hazard"],
    &["rewrite"],
    &["report"],
];

/// Modules that are tables or texts rather than code: they may be longer than 500 lines.
const LONG: &[&str] = &[];

fn relative(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap_or(path).display().to_string()
}

/// The project's own files with the extension: what is fetched or built is not looked at.
fn own(extension: &str) -> Vec<PathBuf> {
    files(&repository(), extension)
}

/// A module's `tests.rs` or `x_tests.rs`, or a file below its `tests` folder.
fn is_test(path: &Path) -> bool {
    path.components().any(|it| it.as_os_str() == "tests" || it.as_os_str().to_string_lossy().ends_with("tests.rs"))
}

#[test]
fn nothing_imports_backwards() {
    let src = repository().join("crates/lockstep-core/src");
    let layer = |module: &str| LAYERS.iter().position(|it| it.contains(&module));
    let mut wrong = vec![];
    for path in files(&src, "rs") {
        let inside = path.strip_prefix(&src).unwrap();
        let module = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let Some(here) = layer(module) else {
            wrong.push(format!("{module} has no layer"));
            continue;
        };
        // A module's own tests may look from above.
        if is_test(&path) {
            continue;
        }
        let text = read_to_string(&path).unwrap();
        for line in text.lines().take_while(|line| *line != "#[cfg(test)]") {
            let code = line.split("//").next().unwrap_or("");
            for used in code.split("crate::").skip(1) {
                let used = used.split(|it: char| !it.is_alphanumeric() && it != '_').next().unwrap();
                if layer(used).is_some_and(|used| used > here) {
                    wrong.push(format!("{}: {}", inside.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "backward imports:\n{}", wrong.join("\n"));
}

#[test]
fn versions_are_compared_only_in_pg() {
    let src = repository().join("crates/lockstep-core/src");
    for path in files(&src, "rs").into_iter().filter(|path| !is_test(path)) {
        let text = read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let in_pg = path.starts_with(src.join("pg"));
        assert!(in_pg || !code.contains("PgVersion::V"), "{} compares versions", relative(&path));
    }
}

#[test]
fn files_stay_short() {
    let mut long = vec![];
    for path in ["rs", "mjs", "js", "css"].into_iter().flat_map(own) {
        let lines = read_to_string(&path).unwrap().lines().count();
        if lines > 500 && !LONG.contains(&&*relative(&path)) && !is_generated(&path) {
            long.push(format!("{}: {lines} lines", relative(&path)));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// Bundles and tables that a program writes.
fn is_generated(path: &Path) -> bool {
    let name = relative(path);
    name.starts_with("web/assets/")
        || name.contains("/generated/")
        || name.contains(".bundle.")
        || name.contains(".min.")
}

#[test]
fn every_module_says_what_it_is() {
    for path in own("rs").into_iter().filter(|path| !is_test(path.strip_prefix(repository()).unwrap())) {
        let text = read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap_or("");
        // What a hazard is stands on its page.
        assert!(first.starts_with("//!") || path.with_extension("md").exists(), "{} has no //! line", relative(&path));
    }
}

#[test]
fn hazards_come_in_pairs_and_are_registered() {
    let folder = repository().join("crates/lockstep-core/src/hazard");
    let pages = files(&folder, "md");
    let Ok(list) = read_to_string(folder.join("mod.rs")) else {
        assert!(pages.is_empty(), "pages without hazard/mod.rs");
        return;
    };
    for page in pages {
        let id = page.file_stem().unwrap().to_str().unwrap();
        let snake = id.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
        assert!(snake, "{id} is not snake_case");
        assert!(page.with_extension("rs").exists(), "{id}.rs is missing");
        let registered = list.split(|it: char| !it.is_alphanumeric() && it != '_').any(|word| word == id);
        assert!(registered, "{id} is not registered in hazard/mod.rs");
    }
}

#[test]
fn names_say_what_things_are() {
    let forbidden: BTreeSet<&str> = ["utils", "util", "helpers", "helper", "manager", "misc"].into();
    for path in own("rs").into_iter().chain(own("mjs")) {
        for part in Path::new(&relative(&path)).components() {
            let part = part.as_os_str().to_str().unwrap();
            let stem = part.split('.').next().unwrap();
            assert!(!forbidden.contains(stem) && !stem.starts_with("handle_"), "{}", relative(&path));
        }
    }
}

#[test]
fn no_test_is_ignored_and_no_name_begins_with_test() {
    // Put together here, so that this file does not contain it.
    let ignore = ["#[", "ignore"].concat();
    let prefixed = ["fn ", "test_"].concat();
    for path in own("rs") {
        let text = read_to_string(&path).unwrap();
        assert!(!text.contains(&ignore), "{} ignores a test", relative(&path));
        assert!(!text.contains(&prefixed), "{} has a test whose name is no sentence", relative(&path));
    }
}

#[test]
fn the_project_speaks_of_itself_alone() {
    let places = ["/work", "/"].concat();
    let registries = [["crates", ".io/"].concat(), ["registry.", "npmjs"].concat(), ["pypi", ".org"].concat()];
    for extension in ["rs", "mjs", "js", "css", "html", "md", "sql", "toml", "sh", "txt", "facts", "trace"] {
        for path in own(extension) {
            let text = read_to_string(&path).unwrap_or_default();
            assert!(!text.contains(&places), "{} names a workplace", relative(&path));
            for registry in &registries {
                assert!(!text.contains(registry.as_str()), "{} names a registry", relative(&path));
            }
        }
    }
}

#[test]
fn every_relative_link_resolves() {
    let mut broken = vec![];
    for path in own("md") {
        let text = read_to_string(&path).unwrap();
        let mut in_code = false;
        for line in text.lines() {
            if line.trim_start().starts_with("```") {
                in_code = !in_code;
            }
            if in_code {
                continue;
            }
            for target in line.split("](").skip(1).filter_map(|it| it.split(')').next()) {
                let target = target.split(['#', ' ']).next().unwrap();
                let absolute = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
                if !absolute && !path.parent().unwrap().join(target).exists() {
                    broken.push(format!("{}: {target}", relative(&path)));
                }
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}
