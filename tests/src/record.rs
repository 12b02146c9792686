//! From recorded runs (one JSON line a case and a version) to the text of `tests/facts`.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_core::pg::lock_mode::LockMode;
use serde_json::Value;

use crate::facts::{FIRST_VERSION, FactCase, FactStep, Flat, LAST_VERSION, Lines, Versions};
use crate::judge::{flatten, normal};

const WORK: [(&str, &str); 4] = [
    ("rewrite", "rewrite"),
    ("verify", "verify"),
    ("index_build", "build_index"),
    ("fk_check", "validate_foreign_key"),
];

/// Every case of the records, merged over versions: file name → text.
pub fn convert(records: &[Value]) -> Result<BTreeMap<String, String>, String> {
    let mut cases: BTreeMap<&str, BTreeMap<u8, &Value>> = BTreeMap::new();
    let mut order: Vec<&str> = vec![];
    for record in records {
        // With a second session in the way, what happens depends on it, not on the statement alone.
        if !record["blocker"].is_null() {
            continue;
        }
        let id = record["id"].as_str().ok_or("a record without id")?;
        let version = record["pg"].as_u64().map(|it| it as u8).ok_or_else(|| format!("{id}: no version"))?;
        if !(FIRST_VERSION..=LAST_VERSION).contains(&version) {
            return Err(format!("{id}: version {version}"));
        }
        if !cases.contains_key(id) {
            order.push(id);
        }
        cases.entry(id).or_default().insert(version, record);
    }

    let mut merged = vec![];
    for id in order {
        merged.push(merge(id, &cases[id])?);
    }
    let mut files = name_setups(&mut merged);
    for case in &merged {
        let topic = case.id.split('.').next().unwrap_or("other");
        case.print(files.entry(format!("{topic}.facts")).or_default());
    }
    Ok(files)
}

fn merge(id: &str, versions: &BTreeMap<u8, &Value>) -> Result<FactCase, String> {
    let mut case = FactCase { id: id.to_owned(), ..FactCase::default() };
    for (version, record) in versions {
        let one = Versions::one(*version);
        let sql = starting_sql(record);
        let lead = strings(&record["intxn"]);
        let auto = record["mode"] == "auto";
        if case.versions == Versions::default() {
            (case.sql, case.lead, case.auto) = (sql, lead, auto);
        } else if (&case.sql, &case.lead, case.auto) != (&sql, &lead, auto) {
            return Err(format!("{id}: set up differently on {version}"));
        }
        case.versions.0 |= one.0;

        let before = flatten(&normal(&record["before"], &[]));
        for (path, value) in &before {
            add(&mut case.before, one, format!("{path} {value}"));
        }
        let steps = record["steps"].as_array().ok_or_else(|| format!("{id}: no steps"))?;
        case.steps.resize(steps.len(), FactStep::default());
        for (step, real) in case.steps.iter_mut().zip(steps) {
            step.sql = real["sql"].as_str().unwrap_or("").replace('\n', " ");
            for line in step_lines(real, auto) {
                add(&mut step.lines, one, line);
            }
        }
        if record["after"] != "same" && (record["commit"].is_null() || record["commit"] == "ok") {
            let after = flatten(&normal(&record["after"], &[]));
            for line in change_lines(&before, &after) {
                add(&mut case.after, one, line);
            }
        }
    }
    let before_order = |line: &(Versions, String)| line.1.clone();
    case.before.sort_by_key(before_order);
    Ok(case)
}

fn add(lines: &mut Lines, version: Versions, line: String) {
    match lines.iter_mut().find(|(_, it)| *it == line) {
        Some((versions, _)) => versions.0 |= version.0,
        None => lines.push((version, line)),
    }
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => vec![],
    }
}

/// Setup and what was committed after it, each statement closed by a semicolon.
fn starting_sql(record: &Value) -> String {
    let closed = |sql: &str| match sql.trim_end().trim_end_matches(';') {
        "" => String::new(),
        sql => format!("{sql};\n"),
    };
    let mut text = closed(record["setup"].as_str().unwrap_or(""));
    for sql in strings(&record["pre"]) {
        text.push_str(&closed(&sql));
    }
    text
}

fn step_lines(real: &Value, auto: bool) -> Vec<String> {
    if !real["skipped"].is_null() && real["skipped"] != false {
        return vec!["skipped".into()];
    }
    if real["ok"] != true {
        return vec![format!("error {}", real["error"]["sqlstate"].as_str().unwrap_or("?"))];
    }
    let mut lines = vec!["ok".to_owned()];
    match locks(real, auto) {
        Some(locks) => lines.extend(locks.into_iter().map(|(relation, mode)| format!("lock {relation} {mode}"))),
        None => lines.push("locks not recorded".into()),
    }
    let mut work = BTreeSet::new();
    for (key, kind) in WORK {
        for name in strings(&real["effects"][key]) {
            if !hidden(&name) {
                let name = name.split(" on ").next().unwrap_or(&name).to_owned();
                work.insert(format!("work {name} {kind}"));
            }
        }
    }
    lines.extend(work);
    lines
}

/// The strongest mode on each relation that the step took itself and that it did not make.
fn locks(real: &Value, auto: bool) -> Option<BTreeMap<String, &'static str>> {
    let mut strongest: BTreeMap<String, LockMode> = BTreeMap::new();
    let mut take = |relation: &str, mode: &str| {
        if let (false, Some(mode)) = (hidden(relation), LockMode::from_pg_locks_name(mode)) {
            let stands = strongest.entry(relation.to_owned()).or_insert(mode);
            *stands = mode.max(*stands);
        }
    };
    if auto {
        let events = real["trace"].as_array().filter(|it| !it.is_empty())?;
        for event in events.iter().filter_map(Value::as_array) {
            let word = |at: usize| event.get(at).and_then(Value::as_str).unwrap_or("");
            if word(0) == "lock" && !event.iter().skip(3).any(|it| it == "new") {
                take(word(1), word(2));
            }
        }
    } else {
        for lock in real["locks"].as_array().into_iter().flatten() {
            if lock["new"] != true && lock["prior"] != true && lock["kind"] != "t" {
                take(lock["rel"].as_str().unwrap_or("~"), lock["mode"].as_str().unwrap_or(""));
            }
        }
    }
    Some(strongest.into_iter().map(|(relation, mode)| (relation, mode.pg_locks_name())).collect())
}

/// TOAST tables, and relations that came and went inside the statement.
fn hidden(relation: &str) -> bool {
    relation.starts_with('~') || relation.contains("pg_toast")
}

pub(crate) fn change_lines(before: &Flat, after: &Flat) -> Vec<String> {
    let object = |path: &str| path.split('/').take(2).collect::<Vec<_>>().join("/");
    let left: BTreeSet<String> = after.keys().map(|it| object(it)).collect();
    let mut gone = BTreeSet::new();
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        let whole = object(path);
        gone.insert(if left.contains(&whole) { path.clone() } else { whole });
    }
    let mut lines: Vec<String> = gone.into_iter().map(|path| format!("- {path}")).collect();
    for (path, value) in after.iter().filter(|(path, value)| before.get(*path) != Some(value)) {
        lines.push(format!("+ {path} {value}"));
    }
    lines
}

/// Starting schemas that several cases share move into `setups.facts`, named after their tables.
fn name_setups(cases: &mut [FactCase]) -> BTreeMap<String, String> {
    let mut users: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, case) in cases.iter().enumerate() {
        users.entry(case.sql.clone()).or_default().push(at);
    }
    let mut taken = BTreeSet::new();
    let mut text = String::from("# Starting schemas that several cases share.\n\n");
    for (sql, users) in users.iter().filter(|(sql, users)| users.len() > 1 && !sql.is_empty()) {
        let mut setup = FactCase { sql: sql.clone(), ..FactCase::default() };
        for at in users {
            setup.versions.0 |= cases[*at].versions.0;
            for (versions, line) in &cases[*at].before {
                add(&mut setup.before, *versions, line.clone());
            }
        }
        setup.before.sort_by_key(|(_, line)| line.clone());
        let base = setup_name(sql);
        let mut name = base.clone();
        for number in 2.. {
            if taken.insert(name.clone()) {
                break;
            }
            name = format!("{base}_{number}");
        }
        setup.id = name.clone();
        setup.print(&mut text);
        for at in users {
            let case = &mut cases[*at];
            case.setup = name.clone();
            case.sql.clear();
            case.before.clear();
        }
    }
    BTreeMap::from([("setups.facts".to_owned(), text)])
}

fn setup_name(sql: &str) -> String {
    let names: Vec<&str> = sql
        .split(';')
        .filter_map(|it| it.trim_start().strip_prefix("CREATE TABLE "))
        .filter_map(|it| it.split([' ', '(']).next())
        .map(|it| it.trim_matches('"'))
        .collect();
    match names.as_slice() {
        [] => "other".to_owned(),
        names => names.join("_"),
    }
}
