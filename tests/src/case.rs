//! One `.sql` of the suite or the gallery: its header, its starting schema, its migration, what is expected of it.

use std::path::Path;

use lockstep_core::report::wire::{File, Request, Step};

/// The line that opens the starting schema, and the one that opens the migration.
pub const SCHEMA: &str = "-- lockstep: schema";
pub const MIGRATION: &str = "-- lockstep: migration";

/// PostgreSQL's major that a case runs on where its header names none: the one that Debian 12 has.
const DEFAULT_POSTGRES: u8 = 15;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub name: String,
    pub text: String,
    pub postgres: u8,
    pub runner: Option<String>,
    pub transaction: Option<String>,
}

/// What a comment `-- expect: …` says of the statement that follows it: what the server does, as an outcome
/// (`ok`, an SQLSTATE, `depends_on_data`, `skipped`, `unknown`), the SQLSTATE that data may cause (`unless:23505`),
/// hazards by id. With `gap:x` the model is known to say `x` instead; the check fails when that has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    pub line: usize,
    pub words: Vec<String>,
}

impl Case {
    pub fn read(path: &Path, folder: &Path) -> Result<Case, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.strip_prefix(folder).unwrap_or(path).display().to_string();
        Ok(Case::new(&name, &text))
    }

    pub fn new(name: &str, text: &str) -> Case {
        let of = |key: &str| header(text, key).map(str::to_owned);
        Case {
            name: name.to_owned(),
            text: text.to_owned(),
            postgres: of("postgres").and_then(|it| it.parse().ok()).unwrap_or(DEFAULT_POSTGRES),
            runner: of("runner"),
            transaction: of("transaction"),
        }
    }

    pub fn request(&self) -> Request {
        let file = File { name: self.name.clone(), text: self.text.clone() };
        Request {
            files: vec![file],
            postgres: self.postgres,
            runner: self.runner.clone(),
            transaction: self.transaction.clone(),
            ..Request::default()
        }
    }

    /// The starting schema's SQL and the migration's, as a runner would get them.
    pub fn parts(&self) -> (String, String) {
        let (mut schema, mut migration) = (String::new(), String::new());
        let mut in_schema = false;
        for line in self.text.lines() {
            match line.trim_end() {
                SCHEMA => in_schema = true,
                MIGRATION => in_schema = false,
                _ => {}
            }
            let part = if in_schema { &mut schema } else { &mut migration };
            part.push_str(line);
            part.push('\n');
        }
        (schema, migration)
    }

    pub fn expectations(&self) -> Vec<Expectation> {
        let lines = self.text.lines().enumerate();
        lines
            .filter_map(|(at, line)| {
                let words = line.trim().strip_prefix("-- expect:")?;
                let words = words.split([',', ' ']).filter(|it| !it.is_empty()).map(str::to_owned).collect();
                Some(Expectation { line: at + 1, words })
            })
            .collect()
    }

    /// Holds every expectation against the step that follows it; a step without one is expected to be `ok`.
    pub fn check(&self, steps: &[Step]) -> Result<(), String> {
        let mut wrong = vec![];
        let expectations = self.expectations();
        let mut used = 0;
        let mut last = 0;
        for step in steps {
            let mut words: Vec<&str> = vec![];
            for expectation in expectations.iter().filter(|it| it.line > last && it.line <= step.end_line) {
                words.extend(expectation.words.iter().map(String::as_str));
                used += 1;
            }
            last = step.end_line;
            let facts = facts(step);
            if !words.iter().any(|word| is_outcome(word)) {
                words.push("ok");
            }
            if let Some(gap) = words.iter().find_map(|word| word.strip_prefix("gap:")) {
                if !facts.iter().any(|fact| fact == gap) {
                    let now = facts.join(", ");
                    wrong.push(format!("line {}: the known gap is no longer {gap} but {now}: delete it", step.line));
                }
                continue;
            }
            for word in words {
                if !facts.iter().any(|fact| fact == word) {
                    wrong.push(format!("line {}: expected {word}, got {}", step.line, facts.join(", ")));
                }
            }
        }
        if used < expectations.len() {
            wrong.push(format!("{} expectations belong to no step", expectations.len() - used));
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    }
}

/// Everything that may be expected of this step: its outcome, its SQLSTATE, its findings.
fn facts(step: &Step) -> Vec<String> {
    let mut facts = vec![match (&*step.outcome, &step.sqlstate) {
        ("done", _) => "ok".to_owned(),
        ("failed", Some(sqlstate)) => sqlstate.clone(),
        (outcome, _) => outcome.to_owned(),
    }];
    facts.extend(step.preconditions.iter().map(|it| format!("unless:{}", it.sqlstate)));
    facts.extend(step.findings.iter().map(|it| it.id.to_string()));
    facts
}

fn is_outcome(word: &str) -> bool {
    let is_sqlstate = word.len() == 5 && word.bytes().all(|it| it.is_ascii_digit() || it.is_ascii_uppercase());
    is_sqlstate || matches!(word, "ok" | "unknown" | "skipped" | "depends_on_data")
}

/// The value of a leading comment `-- key: value`.
pub fn header<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let head = text.lines().take_while(|line| line.starts_with("--") && !line.starts_with("-- lockstep:"));
    head.filter_map(|line| line.strip_prefix("-- ")?.strip_prefix(key)?.strip_prefix(':')).map(str::trim).next()
}
