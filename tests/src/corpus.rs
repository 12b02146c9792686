//! Folders of real migrations: which files are a project's history, in which order, and what of them runs.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::Path;

use lockstep_core::input::sql::read::has_way_back;
use lockstep_core::report::wire::File;

/// The files that go up, in the order in which their runner would execute them.
pub fn history(project: &Path) -> Vec<File> {
    let mut paths: Vec<String> = crate::files(project, "sql")
        .into_iter()
        .filter_map(|it| Some(it.strip_prefix(project).ok()?.to_str()?.to_owned()))
        .filter(|it| goes_up(it))
        .collect();
    paths.sort_by(|a, b| order(a, b));
    let general = |path: &String| path.replace(".postgres.", ".").replace(".autocommit.", ".");
    let special: Vec<String> = paths.iter().filter(|it| it.contains(".postgres.")).map(general).collect();
    paths.retain(|it| it.contains(".postgres.") || !special.contains(&it.replace(".autocommit.", ".")));
    let read = |name: String| {
        let bytes = std::fs::read(project.join(&name)).ok()?;
        let text = fill(&upward(&String::from_utf8_lossy(&bytes)));
        Some(File { name, text })
    };
    paths.into_iter().filter_map(read).collect()
}

fn goes_up(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let down = name.contains(".down.") || name == "down.sql" || lower.contains("/rollback/") || name.starts_with("u_");
    let other_dialect =
        ["mysql", "sqlite", "cockroach", "mssql", "oracle"].iter().any(|it| name.contains(&format!(".{it}.")));
    !down && !other_dialect
}

/// As the file's own runner sorts: Flyway by version over all folders, its repeatable files last; Prisma by name;
/// the others by number.
fn order(a: &str, b: &str) -> Ordering {
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let is_flyway = |name: &str| name.starts_with('V') && name[1..].starts_with(|it: char| it.is_ascii_digit());
    let repeatable = |name: &str| name.starts_with("R__");
    let (name_a, name_b) = (name(a), name(b));
    if name_a == "migration.sql" && name_b == "migration.sql" {
        return a.cmp(b);
    }
    let versioned = is_flyway(&name_a) && is_flyway(&name_b);
    let by_number = if versioned { parts(&name_a).cmp(&parts(&name_b)) } else { parts(a).cmp(&parts(b)) };
    repeatable(&name_a).cmp(&repeatable(&name_b)).then(by_number)
}

/// Text and numbers by turns. A separator counts as nothing, so that `V1_2` and `V1.2` are alike.
fn parts(path: &str) -> Vec<(u8, u128, String)> {
    let mut found: Vec<(u8, u128, String)> = vec![];
    let joined = without_dashes(path);
    let mut rest = joined.as_str();
    while let Some(first) = rest.chars().next() {
        let digits = rest.len() - rest.trim_start_matches(|it: char| it.is_ascii_digit()).len();
        if digits > 0 {
            found.push((1, rest[..digits].parse().unwrap_or(u128::MAX), String::new()));
            rest = &rest[digits..];
        } else if matches!(first, '_' | '.' | '-') {
            // Two underscores end Flyway's version: a longer version comes after a shorter one.
            if rest.starts_with("__") {
                found.push((0, 0, String::new()));
            }
            rest = rest.trim_start_matches(['_', '.', '-']);
        } else {
            let end = rest.find(|it: char| it.is_ascii_digit() || matches!(it, '_' | '.' | '-')).unwrap_or(rest.len());
            found.push((2, 0, rest[..end].to_owned()));
            rest = &rest[end..];
        }
    }
    found
}

/// A date written `2017-08-31-230457` is the number 20170831230457, as Diesel has it.
fn without_dashes(path: &str) -> String {
    let bytes = path.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let keep = |(at, it): &(usize, char)| *it != '-' || !digit(at.checked_sub(1)) || !digit(Some(at + 1));
    path.char_indices().filter(keep).map(|(_, it)| it).collect()
}

/// The texts that undo files, by the name of the file: a part of the same file, or a file of its own beside it.
pub fn ways_back(project: &Path, history: &[File]) -> BTreeMap<String, File> {
    let read = |name: &str| {
        let bytes = std::fs::read(project.join(name)).ok()?;
        Some(fill(&String::from_utf8_lossy(&bytes)))
    };
    let back = |file: &File| {
        let name = own_way_back(&file.name).into_iter().find(|it| project.join(it).is_file());
        match name {
            Some(name) => read(&name).map(|text| File { name, text }),
            None => {
                let text = read(&file.name).filter(|it| has_way_back(it))?;
                Some(File { name: file.name.clone(), text })
            }
        }
    };
    history.iter().filter_map(|file| Some((file.name.clone(), back(file)?))).collect()
}

/// What a file's way back may be called.
fn own_way_back(path: &str) -> Vec<String> {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let in_folder = |name: String| if folder.is_empty() { name } else { format!("{folder}/{name}") };
    let plain = name.replace(".autocommit.", ".");
    let mut names = vec![];
    if name == "up.sql" || name == "migration.sql" {
        names.push("down.sql".to_owned());
    }
    for name in [name, &plain, &plain.replace(".postgres.", ".")] {
        if name.contains(".up.") {
            names.push(name.replace(".up.", ".down."));
        } else if let Some(stem) = name.strip_suffix(".sql").filter(|it| !it.is_empty()) {
            names.push(format!("{stem}.down.sql"));
        }
    }
    names.extend(name.strip_prefix('V').filter(|it| it.contains("__")).map(|rest| format!("U{rest}")));
    names.into_iter().map(in_folder).collect()
}

/// Without the part that goes down, in formats that keep both in one file; the lines stay where they are.
fn upward(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut down = false;
    for line in text.lines() {
        let marker = line.trim().to_ascii_lowercase();
        let is = |words: &str| marker.starts_with(words);
        if is("-- +goose down") || is("-- migrate:down") || is("-- +migrate down") || is("-- down migration") {
            down = true;
        } else if is("-- +goose up") || is("-- migrate:up") || is("-- +migrate up") || is("-- up migration") {
            down = false;
        }
        if !down {
            kept.push_str(line);
        }
        kept.push('\n');
    }
    kept
}

/// What the project's own runner has made before the first file.
pub fn prelude(files: &[File]) -> Vec<File> {
    let made = ["ohdsi", "auth"]
        .into_iter()
        .filter(|schema| files.iter().any(|it| it.text.contains(&format!("{schema}."))) && !creates(files, schema));
    let text: String = made.map(|it| format!("CREATE SCHEMA {it};\nSET search_path = {it}, public;\n")).collect();
    if text.is_empty() { vec![] } else { vec![File { name: "prelude.sql".into(), text }] }
}

fn creates(files: &[File], schema: &str) -> bool {
    files.iter().any(|it| it.text.to_ascii_lowercase().contains(&format!("create schema {schema}")))
}

/// Names of schemas that the project's own runner fills in: `${xSchema}`, `{{ … }}`.
fn fill(text: &str) -> String {
    let mut filled = text.replace("${ohdsiSchema}", "ohdsi");
    while let Some(start) = filled.find("{{")
        && let Some(length) = filled[start..].find("}}")
    {
        filled.replace_range(start..start + length + 2, "auth");
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let mut names = vec!["V10__x.sql", "V2_1__b.sql", "V2__a.sql", "R__view.sql", "V2_10__c.sql", "001_x.sql"];
        names.sort_by(|a, b| order(a, b));
        assert_eq!(order("20140924113530_a/up.sql", "2017-08-31-230457_b/up.sql"), Ordering::Less);
        assert_eq!(order("20250625_a/migration.sql", "20250624120000_b/migration.sql"), Ordering::Greater);
        assert_eq!(names, ["001_x.sql", "V2__a.sql", "V2_1__b.sql", "V2_10__c.sql", "V10__x.sql", "R__view.sql"]);
    }

    #[test]
    fn the_down_part_is_left_out_and_lines_keep_their_numbers() {
        assert_eq!(upward("-- migrate:up\na;\n-- migrate:down\nb;\n"), "-- migrate:up\na;\n\n\n");
    }
}
