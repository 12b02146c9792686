//! Migrations laid out as statements and the transactions that their runner puts around them.

pub mod runner;

use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::Facts;
use crate::input::directive;
use crate::input::sql::read::{ReadStatement, Section, read};
use crate::plan::runner::{Runner, Wrapping};
use crate::source::Source;
use crate::syntax::Refusal;
use crate::syntax::statement::Statement;

/// What runs, in order.
#[derive(Debug, Clone)]
pub struct Plan {
    pub sources: Vec<Source>,
    pub runner: Runner,
    /// Overrides the runner's own way.
    pub wrapping: Option<Wrapping>,
    pub statements: Vec<Planned>,
    /// Complaints about the texts.
    pub diagnostics: Vec<(Source, Diagnostic)>,
    /// What the texts say of tables; of the migration's plan only.
    pub facts: Facts,
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
    let psql = runner::RUNNERS[0];
    let mut start = Plan::new(psql, None);
    let mut migration = Plan::new(runner, wrapping);
    let mut transaction = 0;
    for source in schema.iter().chain(&files) {
        let found = directive::table_facts(&source.text);
        found.value.iter().for_each(|(table, facts)| migration.facts.add(table, *facts));
        migration.diagnostics.extend(found.diagnostics.into_iter().map(|it| (source.clone(), it)));
    }
    for source in schema {
        let number = start.add_source(&source);
        let parsed = read(&source);
        start.diagnostics.extend(parsed.diagnostics.into_iter().map(|it| (source.clone(), it)));
        for statement in parsed.value {
            start.add(number, statement);
        }
    }
    let mut previous: Option<Wrapping> = None;
    for source in files {
        let first = migration.statements.len();
        let number = migration.add_source(&source);
        let parsed = read(&source);
        migration.diagnostics.extend(parsed.diagnostics.into_iter().map(|it| (source.clone(), it)));
        let mut start_number = None;
        for statement in parsed.value {
            match statement.section {
                Section::Schema => {
                    let number = *start_number.get_or_insert_with(|| start.add_source(&source));
                    start.add(number, statement);
                }
                Section::Migration => migration.add(number, statement),
                Section::Down => {}
            }
        }
        let wraps = wrapping.unwrap_or_else(|| runner.wraps(&source.text));
        let statements = &mut migration.statements[first..];
        if wraps != Wrapping::Run || previous != Some(Wrapping::Run) {
            transaction += 1;
        }
        let whole = match wraps {
            Wrapping::Statement => false,
            Wrapping::Message => statements.len() > 1,
            Wrapping::Run => true,
            // Flyway steps aside for files that cannot run in a transaction.
            Wrapping::File => !(runner.id == "flyway" && wrapping.is_none() && none_can_be_wrapped(statements)),
        };
        if whole {
            for statement in statements {
                statement.wrapped = Some(transaction);
            }
        }
        previous = Some(wraps);
    }
    Plans { start, migration }
}

impl Plan {
    fn new(runner: Runner, wrapping: Option<Wrapping>) -> Self {
        let facts = Facts::default();
        Plan { sources: vec![], runner, wrapping, statements: vec![], diagnostics: vec![], facts }
    }

    fn add_source(&mut self, source: &Source) -> usize {
        self.sources.push(source.clone());
        self.sources.len() - 1
    }

    fn add(&mut self, source: usize, read: ReadStatement) {
        if let Err(error) = &read.statement {
            let diagnostic = Diagnostic {
                // What the server might take is no error of the text.
                severity: match error.kind {
                    Refusal::Syntax => Severity::Error,
                    Refusal::TooComplex => Severity::Warning,
                },
                message: error.message.clone(),
                span: read.error_span(),
                hints: vec![],
            };
            self.diagnostics.push((self.sources[source].clone(), diagnostic));
        }
        self.statements.push(Planned { source, read, wrapped: None });
    }
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
