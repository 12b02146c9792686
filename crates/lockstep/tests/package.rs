//! `lockstep package`: a folder that can be renewed, and never takes what is not its own.

#[allow(dead_code)]
mod support;

use std::fs;

use pulldown_cmark::{Event, Options, Parser, Tag};
use support::Workplace;

const SCHEMA: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email text);\n";
const MIGRATION: &str = "ALTER TABLE users ADD COLUMN name text;\nCREATE INDEX users_name ON users (name);\n";

fn workplace() -> Workplace {
    let workplace = Workplace::new();
    workplace.file("schema.sql", SCHEMA).file("up.sql", MIGRATION);
    workplace
}

const PACKAGE: [&str; 6] = ["package", "--output", "shipping", "--schema", "schema.sql", "up.sql"];

#[test]
fn the_folder_has_an_index_whose_links_resolve() {
    let workplace = workplace();
    let answer = workplace.run(&PACKAGE);
    assert_eq!((answer.status, answer.stderr.as_str()), (0, ""));
    assert!(answer.stdout.contains("begin with shipping/index.md"), "{}", answer.stdout);
    let index = workplace.read("shipping/index.md");
    let mut targets = 0;
    for event in Parser::new_ext(&index, Options::ENABLE_TABLES) {
        if let Event::Start(Tag::Link { dest_url, .. }) = event {
            assert!(workplace.path(&format!("shipping/{dest_url}")).is_file(), "{dest_url}");
            targets += 1;
        }
    }
    assert!(targets > 20, "{index}");
    assert_eq!(workplace.read("shipping/migration/up.sql"), MIGRATION);
}

#[test]
fn it_is_renewed_and_what_is_gone_is_removed() {
    let workplace = workplace();
    assert_eq!(workplace.run(&PACKAGE).status, 0);
    let first = workplace.read("shipping/index.md");
    assert_eq!(workplace.run(&PACKAGE).status, 0);
    assert_eq!(workplace.read("shipping/index.md"), first);
    workplace.file("shipping/notes.txt", "ours").file("down.sql", "").file("other.sql", MIGRATION);
    let answer = workplace.run(&["package", "--output", "shipping", "--schema", "schema.sql", "other.sql"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    assert!(answer.stderr.contains("removed, since it is no part any more: migration/up.sql"), "{}", answer.stderr);
    assert!(!workplace.path("shipping/migration/up.sql").exists());
    assert!(workplace.path("shipping/migration/other.sql").exists());
    assert_eq!(workplace.read("shipping/notes.txt"), "ours");
}

#[test]
fn what_it_did_not_write_is_not_overwritten() {
    let workplace = workplace();
    workplace.file("shipping/important.txt", "ours");
    let answer = workplace.run(&PACKAGE);
    assert_eq!(answer.status, 2);
    assert!(answer.stderr.contains("is not empty, and no package was written there"), "{}", answer.stderr);
    assert!(!workplace.path("shipping/index.md").exists());
    assert_eq!(workplace.run(&[&PACKAGE[..], &["--force"]].concat()).status, 0);
    assert_eq!(workplace.read("shipping/important.txt"), "ours");
}

#[test]
fn what_somebody_edited_stays_until_forced() {
    let workplace = workplace();
    assert_eq!(workplace.run(&PACKAGE).status, 0);
    let written = workplace.read("shipping/checklist.md");
    workplace.file("shipping/checklist.md", written.replace("[ ]", "[x]"));
    let answer = workplace.run(&PACKAGE);
    assert_eq!(answer.status, 2);
    assert!(answer.stderr.contains("checklist.md was edited since it was written"), "{}", answer.stderr);
    assert_eq!(workplace.run(&[&PACKAGE[..], &["--force"]].concat()).status, 0);
    assert_eq!(workplace.read("shipping/checklist.md"), written);
}

#[test]
fn a_list_that_somebody_else_made_leads_nowhere() {
    let workplace = workplace();
    assert_eq!(workplace.run(&PACKAGE).status, 0);
    workplace.file("precious.txt", "ours");
    let list = workplace.read("shipping/lockstep-package.json");
    workplace.file("shipping/lockstep-package.json", list.replace("\"advice.json\"", "\"../precious.txt\""));
    let answer = workplace.run(&[&PACKAGE[..], &["--force"]].concat());
    assert_eq!(answer.status, 3, "{}", answer.stderr);
    assert_eq!(workplace.read("precious.txt"), "ours");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let workplace = workplace();
    assert_eq!(workplace.run(&PACKAGE).status, 0);
    fs::create_dir(workplace.path("elsewhere")).expect("a folder");
    fs::remove_dir_all(workplace.path("shipping/migration")).expect("its own folder");
    std::os::unix::fs::symlink(workplace.path("elsewhere"), workplace.path("shipping/migration")).expect("a link");
    let answer = workplace.run(&[&PACKAGE[..], &["--force"]].concat());
    assert_eq!(answer.status, 2);
    assert!(answer.stderr.contains("is a link"), "{}", answer.stderr);
    assert_eq!(fs::read_dir(workplace.path("elsewhere")).expect("a folder").count(), 0);
}

#[test]
fn hostile_names_break_out_of_no_document() {
    let workplace = Workplace::new();
    let table = "\"x](http://evil) <img src=x onerror=alert(1)> | ` ``` \n# owned\n\n<script>\"";
    let migration = format!(
        "-- lockstep: schema\nCREATE TABLE {table} (id bigint PRIMARY KEY);\nCREATE TABLE users (id int);\n\
         -- lockstep: migration\nALTER TABLE {table} ADD COLUMN \"--\n; DROP TABLE users; --\" int NOT NULL;\n\
         ALTER TABLE {table} ADD CONSTRAINT \"c``` <b>\" CHECK (id > 0);\nDROP TABLE {table};\n"
    );
    workplace.file("a](b)<b>`x.sql", migration);
    let answer = workplace.run(&["package", "--output", "shipping", "a](b)<b>`x.sql"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    let mut headings = 0;
    for entry in fs::read_dir(workplace.path("shipping")).expect("the folder").flatten() {
        let name = entry.file_name().into_string().expect("a plain name");
        if !name.ends_with(".md") {
            continue;
        }
        let text = workplace.read(&format!("shipping/{name}"));
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Html(html) | Event::InlineHtml(html) => assert_eq!(html.trim(), "<br>", "{name}"),
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    assert!(workplace.path(&format!("shipping/{dest_url}")).is_file(), "{name}: {dest_url}");
                }
                Event::Start(Tag::Heading { .. }) => headings += 1,
                Event::Text(text) => assert_ne!(text.trim(), "owned", "{name}"),
                _ => {}
            }
        }
    }
    assert!(headings > 10);
}
