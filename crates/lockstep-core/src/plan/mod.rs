//! Migrations laid out as statements and the transactions that their runner puts around them.

pub mod runner;

use std::collections::VecDeque;

use crate::diagnostic::{Diagnostic, Parsed, Severity};
use crate::facts::Facts;
use crate::input::directive;
use crate::input::sql::read::{ReadStatement, Section, read};
use crate::plan::runner::{Runner, Wrapping};
use crate::source::Source;
use crate::syntax::Refusal;
use crate::syntax::statement::Statement;

/// What runs, in order. Files are read when it is their turn: a long history is never in memory as a whole.
#[derive(Debug, Clone)]
pub struct Plan {
    pub sources: Vec<Source>,
    pub runner: Runner,
    /// Overrides the runner's own way.
    pub wrapping: Option<Wrapping>,
    /// Complaints about the texts that were read so far.
    pub diagnostics: Vec<(Source, Diagnostic)>,
    /// What the texts say of tables; of the migration's plan only.
    pub facts: Facts,
    unread: VecDeque<Part>,
    /// The newest transaction that the runner opens, and how it treated the file before.
    transaction: usize,
    previous: Option<Wrapping>,
}

/// A file, or one section of it.
#[derive(Debug, Clone)]
struct Part {
    /// The number of its source.
    source: usize,
    /// `None`: all of it.
    section: Option<Section>,
    /// Its statements, where they had to be read before their turn.
    read: Option<Parsed<Vec<ReadStatement>>>,
}

#[derive(Debug, Clone)]
pub struct Planned {
    /// The number of its source.
    pub source: usize,
    pub read: ReadStatement,
    /// The number of the transaction that the runner opens around it.
    pub wrapped: Option<usize>,
}

/// A plan of a migration's own part of each file, and of the starting schema that files may carry.
pub struct Plans {
    pub start: Plan,
    pub migration: Plan,
}

/// `schema`: statements that have run before; `files`: the migration. Sections inside a file
/// (`-- lockstep: schema`) go where they say.
pub fn plan(schema: Vec<Source>, files: Vec<Source>, runner: Runner, wrapping: Option<Wrapping>) -> Plans {
    let mut start = Plan::new(runner::RUNNERS[0], Some(Wrapping::Statement));
    let mut migration = Plan::new(runner, wrapping);
    for source in schema.iter().chain(&files) {
        let found = directive::table_facts(&source.text);
        found.value.iter().for_each(|(table, facts)| migration.facts.add(table, *facts));
        migration.diagnostics.extend(found.diagnostics.into_iter().map(|it| (source.clone(), it)));
    }
    for source in schema {
        start.add(source, None, None);
    }
    for source in files {
        // The starting schema is needed before the first of these files.
        let early = directive::has_any(&source.text).then(|| read(&source));
        let has_schema = |it: &Parsed<Vec<ReadStatement>>| it.value.iter().any(|it| it.section == Section::Schema);
        if let Some(found) = early.as_ref().filter(|it| has_schema(it)) {
            let only = Parsed { value: found.value.clone(), diagnostics: vec![] };
            start.add(source.clone(), Some(Section::Schema), Some(only));
        }
        migration.add(source, Some(Section::Migration), early);
    }
    Plans { start, migration }
}

impl Plan {
    fn new(runner: Runner, wrapping: Option<Wrapping>) -> Self {
        Plan {
            sources: vec![],
            runner,
            wrapping,
            diagnostics: vec![],
            facts: Facts::default(),
            unread: VecDeque::new(),
            transaction: 0,
            previous: None,
        }
    }

    fn add(&mut self, source: Source, section: Option<Section>, read: Option<Parsed<Vec<ReadStatement>>>) {
        self.unread.push_back(Part { source: self.sources.len(), section, read });
        self.sources.push(source);
    }

    /// The statements of the next file, with the transaction that the runner puts around them; complaints
    /// about it go to `diagnostics`.
    pub fn next_file(&mut self) -> Option<Vec<Planned>> {
        let part = self.unread.pop_front()?;
        let source = self.sources[part.source].clone();
        let found = part.read.unwrap_or_else(|| read(&source));
        self.diagnostics.extend(found.diagnostics.into_iter().map(|it| (source.clone(), it)));
        let own = found.value.into_iter().filter(|it| part.section.is_none_or(|section| it.section == section));
        let mut statements: Vec<Planned> =
            own.map(|read| Planned { source: part.source, read, wrapped: None }).collect();
        self.diagnostics.extend(statements.iter().filter_map(|it| Some((source.clone(), complaint(&it.read)?))));
        let wraps = self.wrapping.unwrap_or_else(|| self.runner.wraps(&source.text));
        if wraps != Wrapping::Run || self.previous != Some(Wrapping::Run) {
            self.transaction += 1;
        }
        let whole = match wraps {
            Wrapping::Statement => false,
            Wrapping::Message => statements.len() > 1,
            Wrapping::Run => true,
            // Flyway steps aside for files that cannot run in a transaction.
            Wrapping::File => {
                !(self.runner.id == "flyway" && self.wrapping.is_none() && none_can_be_wrapped(&statements))
            }
        };
        if whole {
            statements.iter_mut().for_each(|it| it.wrapped = Some(self.transaction));
        }
        self.previous = Some(wraps);
        Some(statements)
    }

    /// All that is not read yet.
    pub fn read_on(&mut self) -> Vec<Planned> {
        std::iter::from_fn(|| self.next_file()).flatten().collect()
    }
}

fn complaint(read: &ReadStatement) -> Option<Diagnostic> {
    let error = read.statement.as_ref().err()?;
    Some(Diagnostic {
        // What the server might take is no error of the text.
        severity: match error.kind {
            Refusal::Syntax => Severity::Error,
            Refusal::TooComplex => Severity::Warning,
        },
        message: error.message.clone(),
        span: read.error_span(),
        hints: vec![],
    })
}

fn none_can_be_wrapped(statements: &[Planned]) -> bool {
    let cannot = |it: &Planned| match it.read.statement.as_deref() {
        Ok(Statement::CreateIndex(it)) => it.concurrently,
        Ok(Statement::Drop(it)) => it.concurrently,
        Ok(Statement::Reindex(it)) => it.concurrently,
        Ok(Statement::Vacuum(it)) => it.is_vacuum,
        _ => false,
    };
    !statements.is_empty() && statements.iter().all(cannot)
}
