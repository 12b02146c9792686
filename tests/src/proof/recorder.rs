//! Records what a server does with the cases of `tests/facts`, in their own form.
//!
//! What `pg_locks` cannot show after the fact is left as it was recorded before: locks of a statement that
//! ran by itself, as it may have given some back, and those on the index of a TOAST table.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use lockstep_core::plan::runner::RUNNERS;
use lockstep_core::report::wire::File;
use lockstep_pg::catalog;
use lockstep_pg::observe::{Observation, Observer, Place, Seen};
use lockstep_pg::session::Target;
use lockstep_pg::{Cluster, Error, Result};

use crate::facts::{FactCase, FactStep, Flat, Lines, Versions, on, schema_of};
use crate::judge::{flatten, normal};
use crate::proof::script::{Item, items};
use crate::record::change_lines;

/// One case on one server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recorded {
    pub before: Flat,
    /// For each step its lines, locks left out where they could not be seen.
    pub steps: Vec<Vec<String>>,
    pub after: Vec<String>,
    /// Steps whose locks were all seen.
    pub locks_seen: Vec<bool>,
}

/// A server that has what the cases take for granted.
pub struct Recorder {
    cluster: Cluster,
    number: usize,
}

impl Recorder {
    pub fn new(cluster: Cluster) -> Result<Self> {
        let mut admin = cluster.database("postgres").connect()?;
        for role in ["app_owner", "app_rw", "app_ro"] {
            admin.batch_execute(&format!("CREATE ROLE {role} LOGIN"))?;
        }
        let place = cluster.path().join("ts2");
        folder_like(cluster.path(), &place)
            .map_err(|source| Error::Io { what: place.display().to_string(), source })?;
        admin.batch_execute(&format!("CREATE TABLESPACE ts2 LOCATION '{}'", place.display()))?;
        admin.batch_execute("CREATE DATABASE tpl TEMPLATE template0")?;
        let mut template = cluster.database("tpl").connect()?;
        template.batch_execute("GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC")?;
        Ok(Recorder { cluster, number: 0 })
    }

    pub fn major(&self) -> u8 {
        self.cluster.binaries().major
    }

    /// `sql`: the starting schema, the case's own or the one it names.
    pub fn record(&mut self, case: &FactCase, sql: &str) -> Result<Recorded> {
        self.number += 1;
        let name = format!("case{}", self.number);
        let mut admin = self.cluster.database("postgres").connect()?;
        admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE tpl"))?;
        let found = observe(case, sql, &self.cluster.database(&name));
        admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))?;
        found
    }
}

/// A folder that belongs to whom the other one belongs: the server may run as somebody else than we do.
fn folder_like(model: &Path, place: &Path) -> std::io::Result<()> {
    std::fs::create_dir(place)?;
    let owner = std::fs::metadata(model)?;
    std::os::unix::fs::chown(place, Some(owner.uid()), Some(owner.gid()))
}

fn observe(case: &FactCase, sql: &str, target: &Target) -> Result<Recorded> {
    let mut observer = Observer::open(target)?;
    observer.session.limit = Duration::from_secs(20);
    // A case that leaves a transaction open must not keep the looks at the catalog waiting.
    observer.watcher().batch_execute("SET lock_timeout = '3s'")?;
    let files = [File { name: "setup.sql".into(), text: sql.to_owned() }];
    for item in items(&files, RUNNERS[0], true) {
        let Item::Statement(it) = item else { continue };
        if let Err(failure) = observer.session.quietly(&it.planned.read.text) {
            return Err(Error::Query(format!("{}: the setup fails: {}", case.id, failure.message)));
        }
    }
    let mut found = Recorded { before: schema(&mut observer)?, ..Recorded::default() };
    if !case.auto {
        observer.session.client().batch_execute("BEGIN")?;
    }
    for sql in &case.lead {
        observer.session.client().batch_execute(sql)?;
    }
    let (place, mut failed) = (if case.auto { Place::Alone } else { Place::InTransaction }, false);
    for step in &case.steps {
        if failed && !case.auto {
            found.steps.push(vec!["skipped".into()]);
            found.locks_seen.push(true);
            continue;
        }
        let observation = observer.run(&step.sql, place, &[])?;
        failed |= observation.outcome.is_err();
        found.locks_seen.push(observation.outcome.is_err() || !case.auto && observation.seen == Seen::AtEnd);
        found.steps.push(lines(&observation));
    }
    let committed = case.auto || !failed && observer.session.quietly("COMMIT").is_ok();
    if !committed {
        let _ = observer.session.quietly("ROLLBACK");
    }
    if committed {
        found.after = change_lines(&found.before, &schema(&mut observer)?);
    }
    Ok(found)
}

fn schema(observer: &mut Observer) -> Result<Flat> {
    Ok(flatten(&normal(&catalog::normal_form(observer.watcher())?, &[])))
}

fn lines(observation: &Observation) -> Vec<String> {
    if let Err(failure) = &observation.outcome {
        return vec![format!("error {}", failure.sqlstate)];
    }
    let mut lines = vec!["ok".to_owned()];
    let locks = observation.locks.iter().filter(|it| !it.new);
    lines.extend(locks.map(|it| format!("lock {} {}", it.relation, it.mode)).collect::<BTreeSet<_>>());
    let work = observation.work.iter().map(|it| {
        let by_object = it.kind == "build_index" || it.kind == "validate_foreign_key";
        let name = if by_object { it.object.as_deref().unwrap_or("?") } else { &it.relation };
        format!("work {name} {}", it.kind)
    });
    lines.extend(work.collect::<BTreeSet<_>>());
    lines
}

fn is_lock(line: &str) -> bool {
    line.starts_with("lock") && !line.starts_with("lock table")
}

/// What `pg_locks` shows: not the index of a TOAST table.
fn is_unseen(line: &str, all_seen: bool) -> bool {
    is_lock(line) && (!all_seen || line.starts_with("lock toastidx("))
}

/// What the server does otherwise than the case says, a line each.
pub fn differences(case: &FactCase, before: &Lines, found: &Recorded, version: u8) -> Vec<String> {
    let mut told = vec![];
    match schema_of(before, version) {
        Ok(stored) => told.extend(sets("before", &paths(&stored), &paths(&found.before))),
        Err(error) => told.push(format!("before: {error}")),
    }
    for (at, (step, now)) in case.steps.iter().zip(&found.steps).enumerate() {
        let seen = |line: &&str| !is_unseen(line, found.locks_seen[at]);
        let stored: BTreeSet<String> = on(&step.lines, version).filter(seen).map(str::to_owned).collect();
        let now = now.iter().map(String::as_str).filter(seen).map(str::to_owned).collect();
        told.extend(sets(&format!("step {}", at + 1), &stored, &now));
    }
    let stored = on(&case.after, version).map(str::to_owned).collect();
    told.extend(sets("after", &stored, &found.after.iter().cloned().collect()));
    told
}

fn paths(schema: &Flat) -> BTreeSet<String> {
    schema.iter().map(|(path, value)| format!("{path} {value}")).collect()
}

fn sets(place: &str, stored: &BTreeSet<String>, now: &BTreeSet<String>) -> Vec<String> {
    let gone = stored.difference(now).map(|it| format!("{place}: no longer `{it}`"));
    let new = now.difference(stored).map(|it| format!("{place}: now `{it}`"));
    gone.chain(new).collect()
}

/// Puts what was found on this version in the place of what the case said of it.
pub fn merge(case: &mut FactCase, found: &Recorded, version: u8) {
    let one = Versions::one(version);
    case.versions.0 |= one.0;
    for (at, (step, now)) in case.steps.iter_mut().zip(&found.steps).enumerate() {
        merge_step(step, now, found.locks_seen[at], version);
    }
    replace(&mut case.after, found.after.iter().cloned(), one);
}

/// A starting schema, of a case or of several.
pub fn merge_before(before: &mut Lines, found: &Flat, version: u8) {
    replace(before, paths(found).into_iter(), Versions::one(version));
    before.sort_by_key(|(_, line)| line.clone());
}

fn merge_step(step: &mut FactStep, now: &[String], all_seen: bool, version: u8) {
    let kept: Vec<String> = on(&step.lines, version).filter(|it| is_unseen(it, all_seen)).map(str::to_owned).collect();
    let outcome = now.iter().take(1).cloned();
    let seen = now.iter().skip(1).filter(|it| !is_unseen(it, all_seen)).cloned();
    // Nothing is known of the locks of a statement that is new.
    let succeeded = now.first().is_some_and(|it| it == "ok");
    let nobody_looked = (!all_seen && succeeded && kept.is_empty()).then(|| NOT_RECORDED.to_owned());
    let mut lines: Vec<String> = outcome.collect();
    let mut locks: Vec<String> = seen.clone().chain(kept).filter(|it| is_lock(it)).collect();
    locks.sort();
    lines.extend(if succeeded { locks } else { vec![] });
    lines.extend(nobody_looked);
    lines.extend(seen.filter(|it| !is_lock(it)));
    replace(&mut step.lines, lines.into_iter(), Versions::one(version));
}

const NOT_RECORDED: &str = "locks not recorded";

fn replace(lines: &mut Lines, now: impl Iterator<Item = String>, one: Versions) {
    for (versions, _) in lines.iter_mut() {
        versions.0 &= !one.0;
    }
    let mut at = 0;
    for line in now {
        match lines.iter().position(|(_, it)| *it == line) {
            Some(found) => {
                lines[found].0.0 |= one.0;
                at = found + 1;
            }
            // Where it stands among the others: behind the one before it.
            None => {
                lines.insert(at.min(lines.len()), (one, line));
                at += 1;
            }
        }
    }
    lines.retain(|(versions, _)| versions.0 != 0);
}

/// The starting schemas by name.
pub fn setups(files: &BTreeMap<String, Vec<FactCase>>) -> BTreeMap<String, FactCase> {
    let shared = files.get("setups").into_iter().flatten();
    shared.map(|it| (it.id.clone(), it.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::parse;

    fn case(text: &str) -> FactCase {
        parse(text).unwrap().remove(0)
    }

    fn found(steps: &[&[&str]], after: &[&str], seen: bool) -> Recorded {
        Recorded {
            before: Flat::new(),
            steps: steps.iter().map(|lines| lines.iter().map(|it| it.to_string()).collect()).collect(),
            after: after.iter().map(|it| it.to_string()).collect(),
            locks_seen: vec![seen; steps.len()],
        }
    }

    const STORED: &str = "== a.b\n> ALTER TABLE t\n  ok\n  lock t ShareLock\n  lock toastidx(t) AccessExclusiveLock\n  \
                          work t verify\n";

    #[test]
    fn the_same_again_differs_in_nothing() {
        let (case, again) = (case(STORED), found(&[&["ok", "lock t ShareLock", "work t verify"]], &[], true));
        assert_eq!(differences(&case, &vec![], &again, 16), Vec::<String>::new());
        let mut merged = case.clone();
        merge(&mut merged, &again, 16);
        assert_eq!(merged, case);
    }

    #[test]
    fn another_outcome_is_told_and_written_for_that_version_alone() {
        let mut case = case(STORED);
        let now = found(&[&["error 42P01"]], &[], true);
        assert!(differences(&case, &vec![], &now, 18).contains(&"step 1: now `error 42P01`".to_owned()));
        merge(&mut case, &now, 18);
        let mut text = String::new();
        case.print(&mut text);
        assert!(text.contains("  [14-17] ok\n") && text.contains("  [18] error 42P01\n"), "{text}");
        assert!(text.contains("  [14-17] lock toastidx(t) AccessExclusiveLock\n"), "{text}");
    }

    #[test]
    fn locks_that_nobody_could_see_are_kept() {
        let case = case(STORED);
        let again = found(&[&["ok", "work t verify"]], &[], false);
        assert!(differences(&case, &vec![], &again, 15).is_empty());
        let mut merged = case.clone();
        merge(&mut merged, &again, 15);
        assert_eq!(merged, case);
    }
}
