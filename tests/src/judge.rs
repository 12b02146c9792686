//! Compares a trace with what a real server did, aspect by aspect: right, wrong, or unknown because the trace says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use lockstep_core::report;
use lockstep_core::report::wire::{File, Request, Step, Trace};
use serde_json::Value;

use crate::facts::{self, FactCase, FactStep, Flat};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    Outcome,
    Locks,
    Work,
    Schema,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Right,
    Unknown,
    Wrong,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub verdicts: BTreeMap<Aspect, Verdict>,
    /// What differs, one sentence each.
    pub notes: Vec<(Aspect, String)>,
}

pub const ASPECTS: [Aspect; 4] = [Aspect::Outcome, Aspect::Locks, Aspect::Work, Aspect::Schema];

impl Judgement {
    fn new() -> Self {
        Judgement { verdicts: ASPECTS.into_iter().map(|it| (it, Verdict::Right)).collect(), notes: vec![] }
    }

    fn say(&mut self, aspect: Aspect, verdict: Verdict, note: String) {
        let stands = self.verdicts.entry(aspect).or_insert(verdict);
        if *stands != Verdict::Wrong {
            *stands = verdict;
        }
        if verdict == Verdict::Wrong {
            self.notes.push((aspect, note));
        }
    }

    /// The worst of its aspects.
    pub fn whole(&self) -> Verdict {
        self.verdicts.values().copied().max().unwrap_or(Verdict::Right)
    }
}

/// `start` is the schema's SQL and `before` what the server held after it.
pub fn judge(case: &FactCase, start: &str, before: &Flat, version: u8) -> Result<Judgement, String> {
    let trace = report::simulate(&request(case, start, version));
    let skip = trace.steps.len().saturating_sub(case.steps.len());
    compare(case, before, version, &trace, &trace.steps[skip..])
}

pub fn request(case: &FactCase, start: &str, version: u8) -> Request {
    let mut text = String::new();
    for sql in case.lead.iter().chain(case.steps.iter().map(|it| &it.sql)) {
        text.push_str(sql.trim_end().trim_end_matches(';'));
        text.push_str(";\n");
    }
    Request {
        files: vec![File { name: format!("{}.sql", case.id), text }],
        schema: vec![File { name: "schema.sql".into(), text: start.to_owned() }],
        postgres: version,
        transaction: Some(if case.auto { "per-statement" } else { "per-file" }.into()),
        ..Request::default()
    }
}

fn compare(case: &FactCase, before: &Flat, version: u8, trace: &Trace, steps: &[Step]) -> Result<Judgement, String> {
    let mut judgement = Judgement::new();
    if steps.len() != case.steps.len() {
        for aspect in ASPECTS {
            let note = format!("{} steps for {} statements", steps.len(), case.steps.len());
            judgement.say(aspect, Verdict::Wrong, note);
        }
        return Ok(judgement);
    }
    let mut unknown = false;
    for (real, ours) in case.steps.iter().zip(steps) {
        if facts::on(&real.lines, version).any(|it| it == "skipped") {
            continue;
        }
        if ours.outcome == "unknown" {
            unknown = true;
            for aspect in ASPECTS {
                judgement.say(aspect, Verdict::Unknown, real.sql.clone());
            }
            continue;
        }
        compare_step(&mut judgement, real, ours, version)?;
    }
    if !unknown {
        let mut after = before.clone();
        facts::apply(&mut after, &case.after, version)?;
        let ours = flatten(&normal(&trace.schema, &[]));
        let differences = differences(&after, &ours);
        if !differences.is_empty() {
            judgement.say(Aspect::Schema, Verdict::Wrong, differences.join("; "));
        }
    }
    Ok(judgement)
}

fn compare_step(judgement: &mut Judgement, real: &FactStep, ours: &Step, version: u8) -> Result<(), String> {
    let lines: Vec<&str> = facts::on(&real.lines, version).collect();
    let said = format!("{} {}", ours.outcome, ours.sqlstate.as_deref().unwrap_or(""));
    if let Some(sqlstate) = lines.iter().find_map(|it| it.strip_prefix("error ")) {
        let fails = ours.outcome == "failed" && ours.sqlstate.as_deref() == Some(sqlstate);
        let depends = ours.outcome == "depends_on_data" && ours.preconditions.iter().any(|it| it.sqlstate == sqlstate);
        if !fails && !depends {
            let note = format!("{}: really {sqlstate}, said {said}", real.sql);
            judgement.say(Aspect::Outcome, Verdict::Wrong, note);
        }
        return Ok(());
    }
    if !lines.contains(&"ok") {
        return Err(format!("{}: no outcome on {version}", real.sql));
    }
    if ours.outcome != "done" && ours.outcome != "depends_on_data" {
        judgement.say(Aspect::Outcome, Verdict::Wrong, format!("{}: really ok, said {said}", real.sql));
    }
    let set = |word: &str| -> BTreeSet<String> {
        lines.iter().filter_map(|it| it.strip_prefix(word)).map(|it| it.trim_start().to_owned()).collect()
    };
    if !lines.contains(&"locks not recorded") {
        let mine = ours.locks.iter().filter(|it| !it.new).map(|it| format!("{} {}", it.relation, it.mode)).collect();
        sets(judgement, Aspect::Locks, real, &set("lock "), &mine);
    }
    let mine = ours.work.iter().filter(|it| it.kind != "write_rows").map(|it| {
        let by_object = it.kind == "build_index" || it.kind == "validate_foreign_key";
        let name = if by_object { it.object.as_deref().unwrap_or("?") } else { &it.relation };
        format!("{name} {}", it.kind)
    });
    sets(judgement, Aspect::Work, real, &set("work "), &mine.collect());
    Ok(())
}

fn sets(j: &mut Judgement, aspect: Aspect, real: &FactStep, theirs: &BTreeSet<String>, mine: &BTreeSet<String>) {
    if theirs != mine {
        let list = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>().join(", ");
        let note = format!("{}: missing [{}] extra [{}]", real.sql, list(theirs, mine), list(mine, theirs));
        j.say(aspect, Verdict::Wrong, note);
    }
}

/// Keys that are not compared: what differs from run to run, or is not part of a schema.
const VOLATILE: [&str; 6] = ["rows", "owner", "acl", "internal_triggers", "comment_oid", "relfilenode"];

/// Without what is volatile and what says nothing.
pub fn normal(value: &Value, path: &[&str]) -> Value {
    let Value::Object(entries) = value else { return value.clone() };
    let mut kept = serde_json::Map::new();
    for (key, value) in entries {
        let says_nothing = match value {
            Value::Null | Value::Bool(false) => true,
            Value::Array(items) => items.is_empty(),
            Value::Object(inner) => inner.is_empty(),
            Value::Number(number) => number.as_f64() == Some(0.0),
            _ => false,
        };
        if says_nothing || VOLATILE.contains(&key.as_str()) || (path.last() == Some(&"schemas") && key == "public") {
            continue;
        }
        let inner: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
        kept.insert(key.clone(), normal(value, &inner));
    }
    Value::Object(kept)
}

/// One entry for each column, constraint, index …, and for each other part of a relation; other objects whole.
pub fn flatten(schema: &Value) -> Flat {
    let mut flat = Flat::new();
    for (section, objects) in schema.as_object().into_iter().flatten() {
        for (name, object) in objects.as_object().into_iter().flatten() {
            if section != "relations" {
                flat.insert(format!("{section}/{name}"), sorted(object));
                continue;
            }
            for (key, part) in object.as_object().into_iter().flatten() {
                match part {
                    Value::Object(entries) if key != "partition" && key != "sequence" => {
                        for (inner, value) in entries {
                            flat.insert(format!("{section}/{name}/{key}/{inner}"), sorted(value));
                        }
                    }
                    _ => {
                        flat.insert(format!("{section}/{name}/{key}"), sorted(part));
                    }
                }
            }
        }
    }
    flat
}

/// Keys in alphabetical order, so that text compares.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let ordered: BTreeMap<&String, &Value> = entries.iter().collect();
            Value::Object(ordered.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
        }
        _ => value.clone(),
    }
}

pub fn differences(theirs: &Flat, mine: &Flat) -> Vec<String> {
    let paths: BTreeSet<&String> = theirs.keys().chain(mine.keys()).collect();
    let mut found = vec![];
    for path in paths {
        let (a, b) = (theirs.get(path), mine.get(path));
        if a != b {
            let show = |it: Option<&Value>| it.map_or("absent".to_owned(), Value::to_string);
            found.push(format!("{path}: really {}, said {}", show(a), show(b)));
        }
    }
    found
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Aspect::Outcome => "outcome",
            Aspect::Locks => "locks",
            Aspect::Work => "work",
            Aspect::Schema => "schema",
        })
    }
}
