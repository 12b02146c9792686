//! Packages of migrations that succeed, fail, are empty, and whose names are hostile.

use std::collections::BTreeSet;

use crate::report;
use crate::report::package::wire::{Document, Package};
use crate::report::wire::{self, File};

fn request(schema: &str, files: &[(&str, &str)]) -> wire::Request {
    let file = |name: &str, text: &str| File { name: name.into(), text: text.into() };
    wire::Request {
        files: files.iter().map(|(name, text)| file(name, text)).collect(),
        schema: vec![file("schema.sql", schema)],
        ..wire::Request::default()
    }
}

fn document<'a>(package: &'a Package, name: &str) -> &'a Document {
    package.documents.iter().find(|it| it.name == name).unwrap_or_else(|| panic!("{name} is missing"))
}

/// Targets of the links, in order.
fn links(markdown: &str) -> Vec<&str> {
    markdown.split("](").skip(1).filter_map(|it| it.split(')').next()).collect()
}

const SCHEMA: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email text);
    CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);";
const MIGRATION: &str = "ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users(id);
    CREATE INDEX orders_user_id ON orders (user_id);";

#[test]
fn every_document_is_there_and_the_index_leads_to_each() {
    let package = report::package(&request(SCHEMA, &[("m/1_key.sql", MIGRATION)]));
    let names: Vec<&str> = package.documents.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "index.md",
            "plan.sql",
            "plan.md",
            "plan.json",
            "rollback.sql",
            "rollback.md",
            "rollback.json",
            "validation-before.sql",
            "validation-after.sql",
            "validation.md",
            "validation.json",
            "handoff.md",
            "handoff.json",
            "checklist.md",
            "checklist.json",
            "failures.md",
            "failures.json",
            "findings.md",
            "advice.md",
            "advice.json",
            "timeline.md",
            "trace.json",
            "migration/1_key.sql",
        ]
    );
    let index = document(&package, "index.md");
    let linked: BTreeSet<&str> = links(&index.text).into_iter().collect();
    let others: BTreeSet<&str> = names[1..].iter().copied().collect();
    assert_eq!(linked, others);
    for it in &package.documents {
        assert!(!it.text.is_empty() && it.about.ends_with('.'), "{}", it.name);
        let ending = it.name.rsplit('.').next().unwrap();
        let media_type = match ending {
            "md" => "text/markdown",
            "sql" => "application/sql",
            _ => "application/json",
        };
        assert_eq!(it.media_type, media_type);
        if ending == "json" {
            assert!(serde_json::from_str::<serde_json::Value>(&it.text).is_ok(), "{}", it.name);
        }
    }
    assert!(index.text.contains("validating_foreign_key` (step 1)"), "{}", index.text);
    assert!(index.text.contains("asks what can be asked from the start"), "{}", index.text);
}

/// Each part is what its own command writes.
#[test]
fn documents_are_those_of_the_single_commands() {
    let request = request(SCHEMA, &[("1.sql", MIGRATION)]);
    let package = report::package(&request);
    assert_eq!(document(&package, "plan.sql").text, report::plan(&request).sql);
    assert_eq!(document(&package, "rollback.sql").text, report::rollback(&request).sql);
    let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).unwrap() + "\n";
    let value = |it: &str| serde_json::from_str::<serde_json::Value>(it).unwrap();
    let of_trace = serde_json::to_value(report::simulate(&request)).unwrap();
    assert_eq!(pretty(&value(&document(&package, "trace.json").text)), pretty(&of_trace));
    let of_checklist = serde_json::to_value(report::checklist(&request, &Default::default())).unwrap();
    assert_eq!(value(&document(&package, "checklist.json").text), of_checklist);
    let advice = report::advice::markdown::markdown(&report::advice(&request));
    assert_eq!(document(&package, "advice.md").text, advice);
    let handoff = report::handoff::markdown::markdown(&report::handoff(&request));
    assert_eq!(document(&package, "handoff.md").text, handoff);
}

/// A tool that has a form gets the plan in it, each stage by itself otherwise.
#[test]
fn the_plan_is_there_as_the_tools_files_and_by_stages() {
    let migration = "ALTER TABLE users ALTER COLUMN email SET NOT NULL; ALTER TABLE users DROP COLUMN id;";
    let package = report::package(&wire::Request {
        runner: Some("goose".into()),
        ..request(SCHEMA, &[("4_email.sql", migration)])
    });
    let names: Vec<&str> = package.documents.iter().map(|it| it.name.as_str()).collect();
    let of_tool: Vec<&&str> = names.iter().filter(|it| it.starts_with("plan/goose/release-")).collect();
    let plan: report::safe_plan::wire::SafePlan = serde_json::from_str(&document(&package, "plan.json").text).unwrap();
    let steps: usize = plan.stages.iter().map(|it| it.steps.len()).sum();
    assert!(plan.stages.len() > 1 && of_tool.len() == steps, "{names:?}");
    for stage in &plan.stages {
        let own = &document(&package, &format!("plan/stage-{}-{}.sql", stage.index, stage.phase)).text;
        assert!(stage.steps.iter().flat_map(|it| &it.statements).all(|it| own.contains(it.as_str())), "{own}");
    }
    let index = &document(&package, "index.md").text;
    let linked: BTreeSet<&str> = links(index).into_iter().collect();
    assert_eq!(linked, names[1..].iter().copied().collect());
    assert!(index.contains("let goose run its folders"), "{index}");
}

#[test]
fn the_same_request_makes_the_same_package() {
    let request = request(SCHEMA, &[("1.sql", MIGRATION), ("2.sql", "DROP TABLE orders;")]);
    assert_eq!(report::package(&request), report::package(&request));
}

#[test]
fn a_failing_migration_says_so_first() {
    let migration = "ALTER TABLE orders ADD note text; ALTER TABLE orders DROP COLUMN nothing; DROP TABLE users;";
    let package = report::package(&wire::Request {
        runner: Some("flyway".into()),
        ..request(SCHEMA, &[("V1__x.sql", migration)])
    });
    let index = &document(&package, "index.md").text;
    let first = index.split("## Before anything else").nth(1).expect("what is to be known first");
    assert!(first.trim_start().starts_with("- **Step 2 is sure to fail** with 42703"), "{index}");
    assert!(index.contains("step 3 is not run") && index.contains("The safe plan is not complete"), "{index}");
    assert!(!index.contains("Ask [validation-after.sql]"), "nothing is to be asked after what cannot end: {index}");
    assert!(document(&package, "failures.md").text.contains("## Step 2: 42703"));
    assert!(document(&package, "plan.sql").about.contains("as far as there is one"));
}

#[test]
fn an_empty_migration_says_that_it_is() {
    let package = report::package(&request(SCHEMA, &[("nothing.sql", "-- not yet\n")]));
    let index = &document(&package, "index.md").text;
    assert!(index.contains("No statement is found") && !index.contains("## Deploy order"), "{index}");
    assert!(!package.documents.iter().any(|it| it.name.starts_with("failures")));
    assert!(document(&package, "rollback.md").text.contains("Nothing is to be undone"));
}

#[test]
fn hostile_names_stay_names() {
    let table = "\"x](http://evil) <img src=x onerror=alert(1)> | `\n# owned\"";
    let schema = format!("CREATE TABLE {table} (id bigint PRIMARY KEY);");
    let migration = format!(
        "ALTER TABLE {table} ADD COLUMN \"--\n; DROP TABLE users; --\" int NOT NULL;
         ALTER TABLE {table} ADD CONSTRAINT \"c```\" CHECK (id > 0);
         DROP TABLE {table};"
    );
    let package = report::package(&request(&schema, &[("../../a](b)<b>|`\n# x.sql", &migration)]));
    let names: BTreeSet<&str> = package.documents.iter().map(|it| it.name.as_str()).collect();
    let own = names.iter().find_map(|it| it.strip_prefix("migration/")).expect("the migration");
    assert!(own.chars().all(|it| it.is_ascii_alphanumeric() || "._-".contains(it)), "{own}");
    for it in package.documents.iter().filter(|it| it.name.ends_with(".sql") && !it.name.starts_with("migration/")) {
        let statements = crate::input::sql::split::split(&it.text).value;
        let drops = statements.iter().filter(|piece| {
            let text = it.text.get(piece.span.start as usize..piece.span.end as usize).unwrap_or("");
            text.trim_start().starts_with("DROP TABLE users")
        });
        assert_eq!(drops.count(), 0, "{}", it.name);
    }
}
