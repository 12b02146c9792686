//! Files of single tools: what they say of themselves, and what hostile input cannot do in them.

use crate::report::plan_form::{PlanFiles, Tool, files};
use crate::report::wire::{File, Request};

const SCHEMA: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a text);";

fn made(tool: &str, name: &str, migration: &str) -> PlanFiles {
    let file = |name: &str, text: &str| File { name: name.into(), text: text.into() };
    let request =
        Request { files: vec![file(name, migration)], schema: vec![file("s.sql", SCHEMA)], ..Request::default() };
    files(&request, Tool::find(tool).expect("a tool"))
}

fn text(made: &PlanFiles) -> String {
    made.releases.iter().flat_map(|it| &it.files).map(|it| it.text.as_str()).collect()
}

#[test]
fn alembics_own_table_is_left_to_alembic() {
    let printed = "-- Running upgrade 1975ea83b712 -> ae1027a6acf\nCREATE INDEX i ON t (a);
        UPDATE alembic_version SET version_num='ae1027a6acf' WHERE alembic_version.version_num = '1975ea83b712';";
    let made = made("alembic", "up.sql", printed);
    let text = text(&made);
    assert!(text.contains("down_revision = \"1975ea83b712\""), "{text}");
    assert!(text.contains("CREATE INDEX CONCURRENTLY") && !text.contains("UPDATE alembic_version"), "{text}");
}

#[test]
fn what_waits_for_the_application_is_a_release_of_its_own() {
    let made = made("goose", "1_x.sql", "CREATE INDEX i ON t (a); ALTER TABLE t DROP COLUMN a;");
    assert_eq!(made.releases.len(), 2);
    assert!(made.releases[0].deploy.is_empty() && made.releases[1].deploy.len() == 1);
    assert!(made.releases[1].files.iter().all(|it| it.name.starts_with("release-2/")));
    assert!(made.releases[1].files[0].text.contains("Do not run it before this holds"));
}

#[test]
fn no_name_ends_a_string_or_a_comment() {
    let name = "\"x`${process.exit()}\\\"\"\"\n-- +goose Down\nDROP TABLE t; --\"";
    let migration = format!("CREATE TABLE {} (id int);", name.replace("\\\"\"\"", "\\\"\"\"\""));
    for tool in ["knex", "node-pg-migrate"] {
        let text = text(&made(tool, "../../1_`x.sql", &migration));
        let code: Vec<&str> = text.split("raw(`").collect();
        assert!(!code.iter().skip(1).any(|it| it.split("`);").next().is_some_and(has_bare)), "{tool}: {text}");
    }
    let goose = made("goose", "../../1_x.sql\n-- +goose Down\n", "CREATE TABLE u (id int);");
    let text = text(&goose);
    assert_eq!(text.lines().filter(|it| it.starts_with("-- +goose Down")).count(), 1, "{text}");
    let names = goose.releases.iter().flat_map(|it| &it.files).map(|it| &it.name);
    assert!(names.into_iter().all(|it| !it.contains("..") && !it.contains('\n')));
}

/// A sign that JavaScript would act on, without a backslash before it.
fn has_bare(template: &str) -> bool {
    let mut escaped = false;
    for it in template.chars() {
        match it {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '`' | '$' => return true,
            _ => {}
        }
    }
    false
}
