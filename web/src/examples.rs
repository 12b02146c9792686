//! The gallery: the files of `examples/` at the root, embedded when the page is built.

use include_dir::{Dir, include_dir};
use lockstep_core::plan::runner::Runner;

use crate::scenario::{NEWEST, OLDEST, Scenario};

static FILES: Dir = include_dir!("$CARGO_MANIFEST_DIR/../examples");

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Example {
    /// The file's name without its ending.
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) about: String,
    pub(crate) group: String,
    pub(crate) scenario: Scenario,
}

/// Every example, by group, then title. The group of zero-downtime patterns comes first.
pub(crate) fn gallery() -> Vec<Example> {
    let mut all: Vec<Example> = FILES
        .files()
        .filter(|file| file.path().extension().is_some_and(|it| it == "sql"))
        .filter_map(|file| Some(read(file.path().file_stem()?.to_str()?, file.contents_utf8()?)))
        .collect();
    all.sort_by_key(|it| (rank(&it.group), it.group.clone(), it.title.clone()));
    all
}

/// The one shown to who comes without a link.
pub(crate) fn first(gallery: &[Example]) -> Option<&Example> {
    gallery.iter().find(|it| it.id == "add_required_column").or(gallery.first())
}

fn rank(group: &str) -> usize {
    ["Zero-downtime patterns", "Common patterns", "Worked examples"].iter().position(|it| *it == group).unwrap_or(9)
}

/// Splits a file at its two marker lines. Text before them that is no header belongs to the migration.
pub(crate) fn read(id: &str, text: &str) -> Example {
    let mut example = Example {
        id: id.into(),
        title: id.replace('_', " "),
        about: String::new(),
        group: "More".into(),
        scenario: Scenario::default(),
    };
    let (mut schema, mut migration) = (String::new(), String::new());
    let (mut in_schema, mut in_header) = (false, true);
    for line in text.lines() {
        let comment = line.strip_prefix("--").map(str::trim);
        match comment {
            Some("lockstep: schema") => (in_schema, in_header) = (true, false),
            Some("lockstep: migration") => (in_schema, in_header) = (false, false),
            Some(it) if in_header && header(&mut example, it) => {}
            _ => {
                in_header &= line.trim().is_empty();
                let part = if in_schema { &mut schema } else { &mut migration };
                part.push_str(line);
                part.push('\n');
            }
        }
    }
    let tidy = |it: String| format!("{}\n", it.trim_matches('\n'));
    example.scenario.migration = tidy(migration).into();
    example.scenario.schema = if schema.trim().is_empty() { "".into() } else { tidy(schema).into() };
    example
}

fn header(example: &mut Example, comment: &str) -> bool {
    let Some((key, value)) = comment.split_once(':') else { return false };
    let value = value.trim();
    match key {
        "title" => example.title = value.into(),
        "group" => example.group = value.into(),
        "about" if example.about.is_empty() => example.about = value.into(),
        "about" => example.about = format!("{} {value}", example.about),
        "postgres" => match value.parse() {
            Ok(version) if (OLDEST..=NEWEST).contains(&version) => example.scenario.postgres = version,
            _ => {}
        },
        "runner" => {
            if let Some(known) = Runner::find(value) {
                example.scenario.runner = known.id.into();
            }
        }
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_splits_into_header_schema_and_migration() {
        let text = "-- title: A title\n-- about: One.\n-- about: Two.\n-- postgres: 15\n-- runner: alembic\n\n\
                    -- lockstep: schema\nCREATE TABLE t (id int);\n\n-- lockstep: migration\n-- Why: this stays.\nDROP TABLE t;\n";
        let example = read("x", text);
        assert_eq!((example.title.as_str(), example.about.as_str()), ("A title", "One. Two."));
        assert_eq!((example.scenario.postgres, example.scenario.runner.as_str()), (15, "alembic"));
        assert_eq!(example.scenario.schema, "CREATE TABLE t (id int);\n");
        assert_eq!(example.scenario.migration, "-- Why: this stays.\nDROP TABLE t;\n");
    }

    #[test]
    fn a_file_without_markers_is_all_migration() {
        let example = read("drop_it", "-- a comment: with a colon\nDROP TABLE t;");
        assert_eq!(example.scenario.migration, "-- a comment: with a colon\nDROP TABLE t;\n");
        assert_eq!((example.scenario.schema.as_str(), example.title.as_str()), ("", "drop it"));
    }

    #[test]
    fn every_example_of_the_gallery_has_a_migration() {
        let gallery = gallery();
        assert!(!gallery.is_empty());
        for example in gallery {
            assert!(!example.scenario.migration.trim().is_empty(), "{}", example.id);
        }
    }
}
