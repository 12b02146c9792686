use serde_json::json;

use crate::report;
use crate::report::checklist::markdown::markdown;
use crate::report::checklist::wire::{Checklist, Evidence, Item};
use crate::report::validation::wire::Report;
use crate::report::wire::{File, Request};

const UP: &str = "ALTER TABLE users ADD COLUMN email text;";

fn of(migration: &str, evidence: &Evidence) -> Checklist {
    let file = |name: &str, text: &str| vec![File { name: name.into(), text: text.into() }];
    let schema = file("schema.sql", "CREATE TABLE users (id int PRIMARY KEY);");
    report::checklist(&Request { files: file("up.sql", migration), schema, ..Request::default() }, evidence)
}

fn find(checklist: &Checklist, section: &str, id: &str) -> Item {
    let section = checklist.sections.iter().find(|it| it.id == section).expect("a section");
    section.items.iter().find(|it| it.id == id).expect("an item").clone()
}

fn rehearsal(sql: &str, contradicts: u64, outcome: &str) -> serde_json::Value {
    let agrees = json!({"agreement": "agrees", "differences": []});
    json!({
        "format": "lockstep-rehearsal/1", "server": "18.1",
        "steps": [{"index": 1, "sql": sql, "measured": {"outcome": outcome}}],
        "rollback": {"script": agrees, "schema": agrees, "rows": agrees},
        "summary": {"contradicts": contradicts}
    })
}

#[test]
fn the_trace_alone_ticks_design_and_nothing_that_people_or_servers_do() {
    let found = of(UP, &Evidence::default());
    assert!(find(&found, "design", "reversible").ticked);
    let ticked: Vec<String> =
        found.sections[1..].iter().flat_map(|it| &it.items).filter(|it| it.ticked).map(|it| it.id.clone()).collect();
    assert_eq!(ticked, ["order_documented", "rollback_documented"]);
}

#[test]
fn a_way_back_that_loses_data_is_not_ticked() {
    let found = of("ALTER TABLE users DROP COLUMN id;", &Evidence::default());
    assert!(!find(&found, "design", "reversible").ticked);
    assert!(find(&found, "design", "reversible").evidence.contains("lose data"));
}

#[test]
fn a_rehearsal_counts_where_it_is_of_this_migration_done_and_uncontradicted() {
    let with = |rehearsal| Evidence { rehearsals: vec![rehearsal], ..Evidence::default() };
    let ticked = |evidence: &Evidence| {
        let found = of(UP, evidence);
        (
            find(&found, "pre_deployment", "tested_locally").ticked,
            find(&found, "pre_deployment", "rollback_tested").ticked,
        )
    };
    assert_eq!(ticked(&with(rehearsal(UP.trim_end_matches(';'), 0, "done"))), (true, true));
    assert_eq!(ticked(&with(rehearsal("DROP TABLE users", 0, "done"))), (false, false));
    assert!(!ticked(&with(rehearsal(UP.trim_end_matches(';'), 1, "done"))).0);
    assert!(!ticked(&with(rehearsal(UP.trim_end_matches(';'), 0, "failed"))).0);
}

#[test]
fn one_failing_answer_outweighs_those_that_pass() {
    let report = |at: usize, failed: usize| Report {
        at,
        steps: 1,
        failed,
        passed: 3,
        server: "15.2".into(),
        ..Report::default()
    };
    let ticked = |validations: Vec<Report>| {
        let found = of(UP, &Evidence { validations, ..Evidence::default() });
        (find(&found, "pre_deployment", "valid_before").ticked, find(&found, "staging", "applied").ticked)
    };
    assert_eq!(ticked(vec![report(0, 0)]), (true, false));
    assert_eq!(ticked(vec![report(0, 0), report(0, 2)]), (false, false));
    assert_eq!(ticked(vec![report(1, 0)]), (false, true));
}

#[test]
fn a_statement_ticks_what_no_program_sees_and_needs_words() {
    let stated = |words: &str| {
        let statements = [("backup".to_owned(), words.to_owned())].into();
        find(&of(UP, &Evidence { statements, ..Evidence::default() }), "production", "backup")
    };
    assert!(stated("restored by Ada").ticked && !stated("  ").ticked);
    let text =
        markdown(&of(UP, &Evidence { statements: [("backup".into(), "<b>*x*".into())].into(), ..Evidence::default() }));
    assert!(text.contains("- [x] Backup made and verified: stated: \\<b\\>\\*x\\*"), "{text}");
}

#[test]
fn what_people_may_state_has_a_name_for_it() {
    let found = of(UP, &Evidence::default());
    let names = |it: &Item| it.statement.clone();
    assert_eq!(find(&found, "pre_deployment", "backup").statement.as_deref(), Some("backup"));
    assert_eq!(names(&find(&found, "production", "staged")), names(&find(&found, "staging", "monitored")));
    assert_eq!(names(&find(&found, "pre_deployment", "tested_locally")), None, "that takes a rehearsal");
    for name in found.sections.iter().flat_map(|it| &it.items).filter_map(names) {
        let statements = [(name.clone(), "Ada, 2 May".to_owned())].into();
        let stated = of(UP, &Evidence { statements, ..Evidence::default() });
        let ticked = stated.sections.iter().flat_map(|it| &it.items).filter(|it| names(it).as_ref() == Some(&name));
        assert!(ticked.clone().count() > 0 && ticked.clone().all(|it| it.ticked), "{name}");
    }
}
