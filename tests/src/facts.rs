//! What real servers did, as reviewable text: the format of `tests/facts/*.facts`, read and written.
//!
//! ```text
//! == fk.add                          a case; below it, optionally: `only 15-18`, `mode auto`, `then SQL` (runs in the
//! setup users_orders                 transaction before the first step), `setup NAME` (from `setups.facts`) or
//! setup                              the starting schema itself, each line after `| `
//! | CREATE TABLE t (a int)
//! before                             only with a setup of its own: the schema as the server then held it
//!   relations/t/columns/a {"pos":1,"type":"integer"}
//! > ALTER TABLE t …                  a step
//!   ok                               or `error 23502`, or `skipped`
//!   [14-17] lock m_2023 ShareLock    only on those versions; without a mark: on all
//!   work t verify
//! after                              what became different: `+ path value` (new or changed), `- path` (gone)
//!   + relations/t/constraints/ck {"def":"CHECK ((a > 0))","type":"c","validated":true}
//! ```

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use serde_json::Value;

pub const FIRST_VERSION: u8 = 14;
pub const LAST_VERSION: u8 = 18;

/// A set of PostgreSQL majors, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Versions(pub u8);

/// The schema as one line for each relation's part, column, constraint, index …
pub type Flat = BTreeMap<String, Value>;

/// A line and the versions on which it is true.
pub type Lines = Vec<(Versions, String)>;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FactCase {
    pub id: String,
    pub versions: Versions,
    /// Each statement is its own transaction.
    pub auto: bool,
    pub setup: String,
    pub sql: String,
    pub before: Lines,
    pub lead: Vec<String>,
    pub steps: Vec<FactStep>,
    pub after: Lines,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FactStep {
    pub sql: String,
    pub lines: Lines,
}

impl Versions {
    pub const ALL: Versions = Versions(0b11111);

    pub fn one(version: u8) -> Versions {
        Versions(1 << (version - FIRST_VERSION))
    }

    pub fn contains(self, version: u8) -> bool {
        self.0 & Versions::one(version).0 != 0
    }

    pub fn iter(self) -> impl Iterator<Item = u8> {
        (FIRST_VERSION..=LAST_VERSION).filter(move |version| self.contains(*version))
    }

    /// `14-16`, `18`, `14,16-18`.
    pub fn parse(text: &str) -> Option<Versions> {
        let mut set = 0;
        for part in text.split(',') {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let (from, to): (u8, u8) = (from.parse().ok()?, to.parse().ok()?);
            if from < FIRST_VERSION || to > LAST_VERSION {
                return None;
            }
            set |= (from..=to).map(|it| Versions::one(it).0).fold(0, |a, b| a | b);
        }
        Some(Versions(set))
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<(u8, u8)> = vec![];
        for version in self.iter() {
            match parts.last_mut() {
                Some((_, to)) if *to + 1 == version => *to = version,
                _ => parts.push((version, version)),
            }
        }
        let words: Vec<String> = parts
            .into_iter()
            .map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") })
            .collect();
        f.write_str(&words.join(","))
    }
}

/// Reads a whole file of cases. An error names the line.
pub fn parse(text: &str) -> Result<Vec<FactCase>, String> {
    let mut cases: Vec<FactCase> = vec![];
    let mut part = Part::Head;
    for (at, line) in text.lines().enumerate() {
        let wrong = |what: &str| format!("line {}: {what}: {line}", at + 1);
        if let Some(id) = line.strip_prefix("== ") {
            cases.push(FactCase { id: id.to_owned(), versions: Versions::ALL, ..FactCase::default() });
            part = Part::Head;
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let case = cases.last_mut().ok_or_else(|| wrong("a case begins with =="))?;
        if let Some(indented) = line.strip_prefix("  ") {
            let entry = marked(indented, case.versions).ok_or_else(|| wrong("these are no versions"))?;
            match part {
                Part::Before => case.before.push(entry),
                Part::After => case.after.push(entry),
                Part::Step => case.steps.last_mut().ok_or_else(|| wrong("no step"))?.lines.push(entry),
                Part::Head => return Err(wrong("nothing to belong to")),
            }
            continue;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "only" => case.versions = Versions::parse(rest).ok_or_else(|| wrong("these are no versions"))?,
            "mode" => case.auto = rest == "auto",
            "then" => case.lead.push(rest.to_owned()),
            "setup" => case.setup = rest.to_owned(),
            "|" => {
                case.sql.push_str(rest);
                case.sql.push('\n');
            }
            "before" => part = Part::Before,
            "after" => part = Part::After,
            ">" => {
                case.steps.push(FactStep { sql: rest.to_owned(), lines: vec![] });
                part = Part::Step;
            }
            _ => return Err(wrong("unknown word")),
        }
    }
    Ok(cases)
}

enum Part {
    Head,
    Before,
    Step,
    After,
}

fn marked(text: &str, all: Versions) -> Option<(Versions, String)> {
    match text.strip_prefix('[').and_then(|it| it.split_once("] ")) {
        Some((versions, rest)) => Some((Versions::parse(versions)?, rest.to_owned())),
        None => Some((all, text.to_owned())),
    }
}

impl FactCase {
    pub fn print(&self, text: &mut String) {
        let _ = writeln!(text, "== {}", self.id);
        if self.versions != Versions::ALL {
            let _ = writeln!(text, "only {}", self.versions);
        }
        if self.auto {
            text.push_str("mode auto\n");
        }
        if !self.setup.is_empty() {
            let _ = writeln!(text, "setup {}", self.setup);
        }
        for line in self.sql.lines() {
            let _ = writeln!(text, "| {line}");
        }
        self.print_lines(text, "before\n", &self.before);
        for sql in &self.lead {
            let _ = writeln!(text, "then {sql}");
        }
        for step in &self.steps {
            self.print_lines(text, &format!("> {}\n", step.sql), &step.lines);
        }
        self.print_lines(text, "after\n", &self.after);
        text.push('\n');
    }

    fn print_lines(&self, text: &mut String, heading: &str, lines: &Lines) {
        if lines.is_empty() {
            return;
        }
        text.push_str(heading);
        for (versions, line) in lines {
            let mark = if *versions == self.versions { String::new() } else { format!("[{versions}] ") };
            let _ = writeln!(text, "  {mark}{line}");
        }
    }
}

/// The lines that hold on this version.
pub fn on(lines: &Lines, version: u8) -> impl Iterator<Item = &str> {
    lines.iter().filter(move |(versions, _)| versions.contains(version)).map(|(_, line)| line.as_str())
}

/// A `before` as a schema.
pub fn schema_of(lines: &Lines, version: u8) -> Result<Flat, String> {
    let mut flat = Flat::new();
    for line in on(lines, version) {
        let (path, value) = entry(line)?;
        flat.insert(path, value);
    }
    Ok(flat)
}

/// Applies an `after` to the schema before.
pub fn apply(flat: &mut Flat, lines: &Lines, version: u8) -> Result<(), String> {
    for line in on(lines, version) {
        match line.split_once(' ') {
            Some(("-", path)) => flat.retain(|it, _| it != path && !it.starts_with(&format!("{path}/"))),
            Some(("+", rest)) => {
                let (path, value) = entry(rest)?;
                flat.insert(path, value);
            }
            _ => return Err(format!("neither + nor -: {line}")),
        }
    }
    Ok(())
}

/// A path may hold spaces (quoted names); the value begins at the first ` ` that starts JSON to the end.
fn entry(line: &str) -> Result<(String, Value), String> {
    for (at, _) in line.match_indices(' ') {
        if let Ok(value) = serde_json::from_str(&line[at + 1..]) {
            return Ok((line[..at].to_owned(), value));
        }
    }
    Err(format!("no value: {line}"))
}
