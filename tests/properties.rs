//! What must hold for every text and every migration.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use lockstep_core::report::wire::{File, Request, Trace};
use lockstep_core::report::{rollback, simulate};
use lockstep_core::schema::form::Json;
use lockstep_core::syntax::statement::Statement;
use lockstep_core::{input, syntax};
use lockstep_tests::generate::{START, definition, statement};
use lockstep_tests::{files, judge, repository};
use proptest::prelude::*;
use proptest::sample::{Index, select};

fn request(schema: &str, migration: &str) -> Request {
    let file = |name: &str, text: &str| vec![File { name: name.into(), text: text.into() }];
    Request { files: file("migration.sql", migration), schema: file("schema.sql", schema), ..Request::default() }
}

/// Every `.sql` of the suite and the gallery.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folders = [repository().join("tests/cases"), repository().join("examples")];
    let paths = folders.iter().flat_map(|it| files(it, "sql"));
    paths.map(|path| std::fs::read_to_string(path).unwrap()).collect()
});

/// Their statements, and those of the recorded facts.
fn written_statements() -> Vec<String> {
    let mut found = vec![];
    for text in TEXTS.iter() {
        let pieces = input::sql::split::split(text).value;
        found.extend(pieces.iter().map(|it| text[it.span.start as usize..it.span.end as usize].to_owned()));
    }
    for path in files(&repository().join("tests/facts"), "facts") {
        let text = std::fs::read_to_string(path).unwrap();
        for case in lockstep_tests::facts::parse(&text).unwrap() {
            found.extend(case.steps.into_iter().map(|it| it.sql));
        }
    }
    found
}

/// What is printed reads back as the same tree.
fn reads_back(sql: &str) -> Result<(), String> {
    let Ok(tree) = syntax::parse(sql) else { return Ok(()) };
    match &tree {
        Statement::Other(_) => return Ok(()),
        // What it would set is checked, not kept: nothing prints it.
        Statement::Insert(it) if it.on_conflict_update == Some(true) => return Ok(()),
        _ => {}
    }
    let printed = tree.to_string();
    match syntax::parse(&printed) {
        Ok(again) if again == tree => Ok(()),
        Ok(again) => Err(format!("another tree\n  {sql}\n  {printed}\n  {again}")),
        Err(error) => Err(format!("cannot be read: {}\n  {sql}\n  {printed}", error.message)),
    }
}

#[test]
fn every_written_statement_reads_back_from_its_print() {
    let statements = written_statements();
    assert!(statements.len() > 1000, "{} statements", statements.len());
    let wrong: Vec<String> = statements.iter().filter_map(|sql| reads_back(sql).err()).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), statements.len(), wrong.join("\n"));
}

/// Positions are UTF-16 code units; each step's range holds its SQL.
fn positions_hold(trace: &Trace, text: &str) -> Result<(), TestCaseError> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut end = 0;
    for step in &trace.steps {
        prop_assert!(end <= step.from && step.from < step.to && step.to <= units.len());
        prop_assert_eq!(String::from_utf16(&units[step.from..step.to]).ok(), Some(step.sql.clone()));
        let line = 1 + units[..step.from].iter().filter(|it| **it == u16::from(b'\n')).count();
        prop_assert_eq!(step.line, line);
        prop_assert!(step.line <= step.end_line);
        end = step.to;
    }
    for it in trace.diagnostics.iter().filter(|it| it.file == "migration.sql") {
        prop_assert!(it.from <= it.to && it.to <= units.len(), "{}: {}..{}", it.message, it.from, it.to);
        prop_assert!(String::from_utf16(&units[..it.from]).is_ok() && it.line >= 1 && it.column >= 1);
    }
    Ok(())
}

/// Simulates, holds what must always hold against the trace, and walks back from every step.
fn sound(schema: &str, text: &str) -> Result<(), TestCaseError> {
    let mut request = request(schema, text);
    let trace = simulate(&request);
    prop_assert_eq!(&trace, &simulate(&request), "the same input gives another trace");
    positions_hold(&trace, text)?;
    for (at, step) in trace.steps.iter().enumerate() {
        prop_assert_eq!(step.index, at + 1);
        prop_assert!(["done", "failed", "depends_on_data", "skipped", "unknown"].contains(&&*step.outcome));
        prop_assert_eq!(step.outcome == "failed", step.sqlstate.is_some(), "{}", step.sql);
        prop_assert_eq!(step.outcome == "depends_on_data", !step.preconditions.is_empty(), "{}", step.sql);
        let within = |it: &&lockstep_core::report::wire::Transaction| it.first <= step.index && step.index <= it.last;
        let transaction = trace.transactions.iter().find(within);
        prop_assert_eq!(transaction.map(|it| it.index), Some(step.transaction), "{}", step.sql);
    }
    request.step = Some(trace.steps.len() / 2);
    rollback(&request);
    Ok(())
}

/// Without the `DO … IF … THEN` that lets a statement of a rollback run a second time.
fn unguarded(sql: &str) -> &str {
    let inside = sql.strip_prefix("DO $").and_then(|it| it.split_once(" THEN\n")?.1.split_once("\n  END IF"));
    inside.map_or(sql, |(statement, _)| statement.trim().trim_end_matches(';'))
}

/// Text near SQL: tokens of the cases, cut, doubled, exchanged.
fn mutated() -> impl Strategy<Value = String> {
    let change = (any::<Index>(), any::<Index>(), 0..5_u8);
    (select((0..TEXTS.len()).collect::<Vec<_>>()), prop::collection::vec(change, 1..6)).prop_map(|(at, changes)| {
        let mut tokens: Vec<&str> = split_tokens(&TEXTS[at]);
        for (a, b, kind) in changes {
            if tokens.len() < 2 {
                break;
            }
            let (a, b) = (a.index(tokens.len()), b.index(tokens.len()));
            match kind {
                0 => drop(tokens.remove(a)),
                1 => tokens.insert(a, tokens[b]),
                2 => tokens.swap(a, b),
                3 => tokens.truncate(a.max(1)),
                _ => tokens.insert(a, ["'", "$$", "/*", "\"", "(", ")", ";", "\\", "é𝄞", "E'\\"][b % 10]),
            }
        }
        tokens.concat()
    })
}

/// Words, runs of white space and single other characters: together the whole text.
fn split_tokens(text: &str) -> Vec<&str> {
    let kind = |it: char| match it {
        it if it.is_alphanumeric() || it == '_' => 1,
        it if it.is_whitespace() => 2,
        _ => 0,
    };
    let mut tokens = vec![];
    let mut start = 0;
    let mut previous = None;
    for (at, character) in text.char_indices() {
        let this = kind(character);
        if previous.is_some_and(|it| it != this || it == 0) {
            tokens.push(&text[start..at]);
            start = at;
        }
        previous = Some(this);
    }
    tokens.push(&text[start..]);
    tokens
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        sound("", &String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_characters_are_read(text in "[ -~é𝄞\n\t\u{0}\u{feff}]{0,200}", schema in "\\PC{0,40}") {
        sound(&schema, &text)?;
    }

    #[test]
    fn broken_migrations_are_simulated(text in mutated()) {
        sound(START, &text)?;
    }

    #[test]
    fn generated_migrations_are_simulated(statements in prop::collection::vec(statement(), 1..12)) {
        sound(START, &(statements.join(";\n") + ";\n"))?;
    }

    #[test]
    fn generated_statements_read_back_from_their_print(statements in prop::collection::vec(statement(), 1..12)) {
        for sql in &statements {
            prop_assert!(syntax::parse(sql).is_ok(), "cannot be read: {}", sql);
            reads_back(sql).map_err(TestCaseError::fail)?;
        }
    }

    #[test]
    fn an_exact_rollback_restores_the_schema(statements in prop::collection::vec(definition(), 1..8)) {
        let up = statements.join(";\n") + ";\n";
        let request_up = request(START, &up);
        let trace = simulate(&request_up);
        let start = simulate(&request(START, "")).schema;
        for step in 0..=trace.steps.len() {
            let back = rollback(&Request { step: Some(step), ..request_up.clone() });
            if back.grade != "exact" {
                continue;
            }
            let done: String = trace.steps.iter().take(step).map(|it| it.sql.clone() + ";\n").collect();
            let script: String = back.statements.iter().map(|it| unguarded(&it.sql).to_owned() + ";\n").collect();
            let down = simulate(&request(&format!("{START}{done}"), &script));
            for it in &down.steps {
                prop_assert!(it.outcome != "failed" && it.outcome != "unknown", "{}: {:?}\n{}--\n{}", it.sql, it.message, done, script);
            }
            // A dropped column leaves its number behind for good.
            let flat = |schema| {
                let mut flat = judge::flatten(&judge::normal(schema, &[]));
                flat.retain(|path, _| !path.ends_with("/dropped_columns"));
                flat
            };
            let differences = judge::differences(&flat(&start), &flat(&down.schema));
            prop_assert!(differences.is_empty(), "{}\n--\n{}--\n{}", differences.join("\n"), done, script);
        }
    }
}

/// The members of a relation's part that one form has and the other has not, or has otherwise; a column that only
/// moves up is no change.
fn members_unlike(
    part: &str,
    own: &serde_json::Value,
    other: &serde_json::Value,
) -> BTreeMap<String, serde_json::Value> {
    let members = |form: &serde_json::Value| form.get(part).and_then(|it| it.as_object()).cloned().unwrap_or_default();
    let without_position = |it: &serde_json::Value| {
        let mut it = it.clone();
        it.as_object_mut().filter(|_| part == "columns").map(|it| it.remove("pos"));
        it
    };
    let theirs = members(other);
    let differs = |name: &String, it: &serde_json::Value| {
        theirs.get(name).is_none_or(|twin| without_position(twin) != without_position(it))
    };
    members(own).into_iter().filter(|(name, it)| differs(name, it)).collect()
}

#[test]
fn what_a_step_is_said_to_change_is_what_differs_between_its_schemas() {
    let mut compared = 0;
    for text in TEXTS.iter() {
        let trace = lockstep_core::report::trace(&request("", text));
        let told = lockstep_core::report::json::trace(&trace);
        for (step, told) in trace.steps.iter().zip(&told.steps) {
            for change in told.changes.iter().filter(|it| it.object == "relation") {
                let old_name = change.renamed_from.as_ref().unwrap_or(&change.name);
                let form = |schema: &lockstep_core::schema::Schema, name: &str| {
                    let found = schema.relations().find(|it| it.name.to_string() == *name);
                    let form = Json::from(found.map(|it| schema.relation_form(it)));
                    serde_json::Value::from(&form)
                };
                let told_sides = [&change.before, &change.after].map(serde_json::Value::from);
                let (before, after) = (form(&step.before, old_name), form(&step.after, &change.name));
                if before.is_null() || after.is_null() {
                    assert_eq!(told_sides, [before, after], "{}", told.sql);
                    continue;
                }
                for part in ["columns", "constraints", "indexes", "triggers", "policies", "rules"] {
                    for (own, other, told_side) in
                        [(&before, &after, &told_sides[0]), (&after, &before, &told_sides[1])]
                    {
                        let expected = members_unlike(part, own, other);
                        assert_eq!(
                            members_unlike(part, told_side, &serde_json::Value::Null),
                            expected,
                            "{}: {part}",
                            told.sql
                        );
                        compared += expected.len();
                    }
                    let all = after.get(part).and_then(|it| it.as_object()).map_or(0, |it| it.len());
                    let listed = if part == "columns" { change.unchanged.columns.len() } else { 0 };
                    let same = listed + change.unchanged.more.get(part).copied().unwrap_or(0);
                    assert_eq!(same + members_unlike(part, &after, &before).len(), all, "{}: {part}", told.sql);
                }
            }
        }
    }
    assert!(compared > 500, "{compared} compared");
}
