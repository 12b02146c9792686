//! The model against what real servers of every supported major did: `tests/facts`.
//!
//! A disagreement fails, unless `known_gaps.txt` lists it with its reason; so does a listed gap that has closed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use lockstep_tests::facts::{self, FactCase, Flat, Versions};
use lockstep_tests::judge::{ASPECTS, Aspect, Judgement, Verdict, judge};
use lockstep_tests::{files, repository};

fn folder() -> PathBuf {
    repository().join("tests/facts")
}

fn read(path: &PathBuf) -> Vec<FactCase> {
    let text = std::fs::read_to_string(path).unwrap();
    facts::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Cases of every file but the shared setups, and the setups by name.
fn all() -> (Vec<(String, FactCase)>, BTreeMap<String, FactCase>) {
    let (mut cases, mut setups) = (vec![], BTreeMap::new());
    for path in files(&folder(), "facts") {
        let topic = path.file_stem().unwrap().to_string_lossy().into_owned();
        for case in read(&path) {
            match topic.as_str() {
                "setups" => drop(setups.insert(case.id.clone(), case)),
                _ => cases.push((topic.clone(), case)),
            }
        }
    }
    (cases, setups)
}

#[test]
fn facts_are_written_as_the_recorder_writes_them() {
    for path in files(&folder(), "facts") {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut printed = String::new();
        for case in read(&path) {
            case.print(&mut printed);
        }
        let bare: Vec<&str> = text.lines().skip_while(|it| it.starts_with('#') || it.is_empty()).collect();
        assert_eq!(bare.join("\n").trim_end(), printed.trim_end(), "{}", path.display());
    }
}

#[test]
fn cases_have_different_names_and_known_setups() {
    let (cases, setups) = all();
    let ids: BTreeSet<&String> = cases.iter().map(|(_, case)| &case.id).collect();
    assert_eq!(ids.len(), cases.len());
    for (_, case) in &cases {
        assert!(case.setup.is_empty() || setups.contains_key(&case.setup), "{}: {}", case.id, case.setup);
    }
}

/// What the model says of one case on one major.
fn verdict(case: &FactCase, setups: &BTreeMap<String, FactCase>, version: u8) -> Judgement {
    let (sql, before) = match setups.get(&case.setup) {
        Some(setup) => (&setup.sql, &setup.before),
        None => (&case.sql, &case.before),
    };
    let before: Flat = facts::schema_of(before, version).unwrap();
    let told = catch_unwind(AssertUnwindSafe(|| judge(case, sql, &before, version)));
    match told {
        Ok(told) => told.unwrap_or_else(|error| panic!("{}: {error}", case.id)),
        Err(_) => Judgement {
            verdicts: ASPECTS.into_iter().map(|it| (it, Verdict::Wrong)).collect(),
            notes: ASPECTS.into_iter().map(|it| (it, "panicked".to_owned())).collect(),
        },
    }
}

type Key = (String, Aspect, u8);

#[test]
fn the_model_agrees_with_the_servers() {
    let (cases, setups) = all();
    let mut wrong: BTreeMap<Key, String> = BTreeMap::new();
    let mut totals: BTreeMap<String, BTreeMap<Option<Aspect>, [usize; 3]>> = BTreeMap::new();
    for (topic, case) in &cases {
        for version in case.versions.iter() {
            let judgement = verdict(case, &setups, version);
            for name in [topic.as_str(), "ALL"] {
                let counts = totals.entry(name.to_owned()).or_default();
                for (aspect, verdict) in &judgement.verdicts {
                    counts.entry(Some(*aspect)).or_default()[*verdict as usize] += 1;
                }
                counts.entry(None).or_default()[judgement.whole() as usize] += 1;
            }
            for (aspect, note) in judgement.notes {
                wrong.entry((case.id.clone(), aspect, version)).or_insert(note);
            }
        }
    }

    let table = table(&totals);
    println!("{table}");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        close_gaps(&wrong);
    }
    let gaps = known_gaps();
    let mut complaints = String::new();
    let mut unexpected: BTreeMap<(String, Aspect), (Versions, String)> = BTreeMap::new();
    for ((id, aspect, version), note) in &wrong {
        if !gaps.contains(&(id.clone(), *aspect, *version)) {
            let entry = unexpected.entry((id.clone(), *aspect)).or_insert((Versions::default(), note.clone()));
            entry.0.0 |= Versions::one(*version).0;
        }
    }
    for ((id, aspect), (versions, note)) in &unexpected {
        let _ = writeln!(complaints, "wrong: {id} {aspect} {versions}: {note}");
    }
    for (id, aspect, version) in &gaps {
        if !wrong.contains_key(&(id.clone(), *aspect, *version)) {
            let _ = writeln!(complaints, "no longer wrong, delete it from known_gaps.txt: {id} {aspect} {version}");
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}\n{} disagreements", unexpected.len());
    only_rises(&table);
}

/// What was once right stays right: `totals.txt` is a floor, raised with `UPDATE_EXPECT=1`.
fn only_rises(table: &str) {
    let path = folder().join("totals.txt");
    let floor = std::fs::read_to_string(&path).unwrap_or_default();
    let right = |line: &str| {
        let mut words = line.split_whitespace();
        let name = words.next()?.to_owned();
        let counts: Option<Vec<usize>> = words.map(|it| it.split('/').next()?.parse().ok()).collect();
        Some((name, counts?))
    };
    let now: BTreeMap<String, Vec<usize>> = table.lines().filter_map(right).collect();
    let mut fallen = vec![];
    for (name, before) in floor.lines().filter_map(right) {
        let after = now.get(&name).cloned().unwrap_or_default();
        if after.len() != before.len() || before.iter().zip(&after).any(|(before, after)| after < before) {
            fallen.push(format!("{name}: right were {before:?}, are {after:?}"));
        }
    }
    if fallen.is_empty() {
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(path, table).unwrap();
        }
        return;
    }
    panic!("fewer claims are right than `totals.txt` says:\n{}", fallen.join("\n"));
}

/// Takes out of `known_gaps.txt` what is no longer wrong.
fn close_gaps(wrong: &BTreeMap<Key, String>) {
    let path = folder().join("known_gaps.txt");
    let text = std::fs::read_to_string(&path).unwrap();
    let open = |line: &str| -> Option<String> {
        let (what, reason) = line.split_once(": ")?;
        let [id, aspect, versions] = what.split(' ').collect::<Vec<_>>()[..] else { return None };
        let aspect_key = ASPECTS.into_iter().find(|it| it.to_string() == aspect)?;
        let mut left = Versions::default();
        for version in Versions::parse(versions)?.iter() {
            if wrong.contains_key(&(id.to_owned(), aspect_key, version)) {
                left.0 |= Versions::one(version).0;
            }
        }
        (left.0 != 0).then(|| format!("{id} {aspect} {left}: {reason}"))
    };
    let lines = text.lines().filter_map(|line| match line.is_empty() || line.starts_with('#') {
        true => Some(line.to_owned()),
        false => open(line),
    });
    let kept: String = lines.map(|line| line + "\n").collect();
    std::fs::write(path, kept).unwrap();
}

/// Lines `case aspect versions: reason`.
fn known_gaps() -> BTreeSet<Key> {
    let text = std::fs::read_to_string(folder().join("known_gaps.txt")).unwrap_or_default();
    let mut gaps = BTreeSet::new();
    for line in text.lines().filter(|it| !it.is_empty() && !it.starts_with('#')) {
        let (what, reason) = line.split_once(": ").unwrap_or_else(|| panic!("no reason given: {line}"));
        assert!(reason.len() > 10, "a reason is a sentence: {line}");
        let words: Vec<&str> = what.split(' ').collect();
        let [id, aspect, versions] = words[..] else { panic!("case, aspect, versions: {line}") };
        let aspect = ASPECTS.into_iter().find(|it| it.to_string() == aspect);
        let aspect = aspect.unwrap_or_else(|| panic!("no such aspect: {line}"));
        let versions = Versions::parse(versions).unwrap_or_else(|| panic!("no such versions: {line}"));
        gaps.extend(versions.iter().map(|version| (id.to_owned(), aspect, version)));
    }
    gaps
}

fn table(totals: &BTreeMap<String, BTreeMap<Option<Aspect>, [usize; 3]>>) -> String {
    let mut text = format!("{:<22}", "right/unknown/wrong");
    for aspect in ASPECTS {
        let _ = write!(text, "{aspect:>17}");
    }
    text.push_str("             case\n");
    let last = totals.iter().filter(|(name, _)| *name == "ALL");
    for (name, counts) in totals.iter().filter(|(name, _)| *name != "ALL").chain(last) {
        let _ = write!(text, "{name:<22}");
        for key in ASPECTS.into_iter().map(Some).chain([None]) {
            let [right, unknown, wrong] = counts.get(&key).copied().unwrap_or_default();
            let _ = write!(text, "{:>17}", format!("{right}/{unknown}/{wrong}"));
        }
        text.push('\n');
    }
    text
}
