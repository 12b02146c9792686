//! `docs/PRACTICES.md` against the files: each line says where it is, and what it names as showing it exists.

use std::path::PathBuf;

use lockstep_tests::repository;

struct Row {
    line: usize,
    cells: Vec<String>,
}

fn page() -> (PathBuf, String) {
    let path = repository().join("docs/PRACTICES.md");
    let text = std::fs::read_to_string(&path).expect("docs/PRACTICES.md");
    (path, text)
}

/// Lines of its tables but for their heads.
fn rows(text: &str) -> Vec<Row> {
    let table = text.lines().enumerate().filter(|(_, line)| line.starts_with("| "));
    let rows = table.map(|(at, line)| Row {
        line: at + 1,
        cells: line.trim_matches('|').split(" | ").map(|it| it.trim().to_owned()).collect(),
    });
    rows.filter(|row| row.cells[0] != "practice").collect()
}

/// `[text](target)`, each with what follows it up to the next comma.
fn links(cell: &str) -> Vec<(String, String)> {
    let mut found = vec![];
    for part in cell.split("](").skip(1) {
        let Some((target, rest)) = part.split_once(')') else { continue };
        let rest = rest.split(", [").next().unwrap_or("").trim();
        found.push((target.to_owned(), rest.to_owned()));
    }
    found
}

#[test]
fn every_practice_is_somewhere_and_shown_by_a_test_that_exists() {
    let (path, text) = page();
    let folder = path.parent().expect("a folder");
    let rows = rows(&text);
    assert!(rows.len() > 60, "{} lines", rows.len());
    let mut wrong = vec![];
    for row in &rows {
        let place = format!("line {}: {}", row.line, row.cells[0]);
        if row.cells.len() != 3 || row.cells.iter().any(String::is_empty) {
            wrong.push(format!("{place}: a practice, where it is, and what shows it"));
            continue;
        }
        let shown = links(&row.cells[2]);
        if shown.is_empty() {
            wrong.push(format!("{place}: nothing shows it"));
        }
        for (target, what) in shown {
            let Ok(content) = std::fs::read_to_string(folder.join(&target)) else {
                wrong.push(format!("{place}: {target} is missing"));
                continue;
            };
            // A function of the file in backticks, or a case of its table in quotes.
            if let Some(name) = what.strip_prefix('`').and_then(|it| it.strip_suffix('`')) {
                if !content.contains(&format!("#[test]\nfn {name}(")) && !content.contains(&format!("\nfn {name}(")) {
                    wrong.push(format!("{place}: {target} has no test {name}"));
                }
            } else if let Some(name) = what.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
                if !content.contains(&format!("name: \"{name}\"")) {
                    wrong.push(format!("{place}: {target} has no case \"{name}\""));
                }
            } else if !what.is_empty() {
                wrong.push(format!("{place}: `{what}` after {target} is neither a test nor a case"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_shows_a_practice_is_run_by_a_test() {
    let (_, text) = page();
    let run = ["../tests/", "../examples/", "../crates/"];
    let is_run = |target: &str| match target.rsplit_once('.') {
        Some((_, "sql")) => ["../tests/cases/", "../tests/plans/", "../tests/load/", "../examples/"]
            .iter()
            .any(|it| target.starts_with(it)),
        Some((_, "md")) => target.starts_with("../crates/lockstep-core/src/hazard/"),
        Some((_, "rs")) => run.iter().any(|it| target.starts_with(it)),
        _ => false,
    };
    let shown = rows(&text).into_iter().flat_map(|row| links(&row.cells[2]));
    let idle: Vec<String> = shown.map(|it| it.0).filter(|it| !is_run(it)).collect();
    assert!(idle.is_empty(), "no test runs {}", idle.join(", "));
}
