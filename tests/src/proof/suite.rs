//! PostgreSQL's own regression tests, the part of them that is about schemas: `src/test/regress` of its sources.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lockstep_core::plan::runner::RUNNERS;
use lockstep_core::report::wire::File;

use crate::proof::script::{Item, items, prepare};

/// What every file of the suite expects to be there.
pub const SET_UP: &str = "test_setup";

/// Files about schemas, by name; `*` ends a beginning.
const FILES: &str = "alter_generic alter_operator alter_table cluster collate comments compression copy2 \
    create_aggregate create_am create_cast create_function_sql create_index create_operator create_procedure \
    create_role create_schema create_table create_table_like create_type create_view dependency domain \
    drop_if_exists drop_operator constraints enum event_trigger fast_default foreign_data foreign_key generated* \
    hash_part identity index_including indexing inherit lock matview maintain* merge namespace not_null* \
    object_address partition_* password plpgsql polymorphism prepare prepared_xacts privileges publication \
    rangetypes reloptions replica_identity returning rowsecurity rowtypes rules select_into sequence stats_ext \
    subscription tablespace temp transactions triggers truncate typed_table updatable_views update vacuum \
    without_overlaps";

/// `folder` as given, or where a source tree keeps them.
pub fn folder(given: &Path) -> Result<PathBuf, String> {
    let places = [given.to_path_buf(), given.join("src/test/regress")];
    let found = places.into_iter().find(|it| it.join("sql").join(SET_UP).with_extension("sql").is_file());
    found.ok_or_else(|| {
        format!(
            "{} has no sql/{SET_UP}.sql: give the folder src/test/regress of PostgreSQL's sources, 15 or newer \
             (Debian: `apt-get source postgresql-15`)",
            given.display()
        )
    })
}

/// The files to run, by name.
pub fn names(folder: &Path, only: &[String]) -> Vec<String> {
    let wanted: Vec<String> = match only {
        [] => FILES.split_whitespace().map(str::to_owned).collect(),
        only => only.to_vec(),
    };
    let fits = |name: &str| {
        wanted.iter().any(|it| match it.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == it,
        })
    };
    let paths = crate::files(&folder.join("sql"), "sql");
    let names = paths.iter().filter_map(|it| Some(it.file_stem()?.to_str()?.to_owned()));
    names.filter(|name| name != SET_UP && fits(name)).collect()
}

pub fn read(folder: &Path, name: &str) -> Result<Vec<Item>, String> {
    let path = folder.join("sql").join(name).with_extension("sql");
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let place = |it: &Path| std::fs::canonicalize(it).unwrap_or_else(|_| it.to_path_buf()).display().to_string();
    let environment = BTreeMap::from([
        ("PG_ABS_SRCDIR".to_owned(), place(folder)),
        ("PG_ABS_BUILDDIR".to_owned(), place(folder)),
        ("PG_LIBDIR".to_owned(), LIBRARIES.to_owned()),
        ("PG_DLSUFFIX".to_owned(), ".so".to_owned()),
    ]);
    let text = prepare(&String::from_utf8_lossy(&bytes), &environment);
    let files = [File { name: format!("{name}.sql"), text }];
    let mut items = items(&files, RUNNERS[0], true);
    items.retain(|it| !matches!(it, Item::Statement(it) if it.planned.read.text.contains(LIBRARIES)));
    Ok(items)
}

/// The suite's own library is not built here: what loads from it is left out.
const LIBRARIES: &str = "/no/such/library";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_the_suite_is_refused_with_a_way_to_get_it() {
        let error = folder(&crate::repository()).unwrap_err();
        assert!(error.contains("apt-get source"), "{error}");
    }

    #[test]
    fn files_are_chosen_by_name_and_what_needs_the_suites_library_is_left_out() {
        let scratch = std::env::temp_dir().join(format!("lockstep-suite-{}", std::process::id()));
        std::fs::create_dir_all(scratch.join("sql")).unwrap();
        for name in ["test_setup", "domain", "generated_stored", "geometry"] {
            let text =
                "\\getenv libdir PG_LIBDIR\nCREATE FUNCTION f() RETURNS int AS :'libdir', 'f' LANGUAGE C;\nSELECT 1;\n";
            std::fs::write(scratch.join("sql").join(name).with_extension("sql"), text).unwrap();
        }
        assert_eq!(names(&scratch, &[]), ["domain", "generated_stored"]);
        assert_eq!(names(&scratch, &["geo*".to_owned()]), ["geometry"]);
        assert_eq!(read(&scratch, "domain").unwrap().len(), 1);
        std::fs::remove_dir_all(&scratch).unwrap();
    }
}
