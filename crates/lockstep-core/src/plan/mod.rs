//! Migrations laid out as statements and the transactions that their runner puts around them.

pub mod runner;

use crate::diagnostic::{Diagnostic, Severity};
use crate::input::sql::read::{ReadStatement, Section, read};
use crate::plan::runner::{Runner, Wrapping};
use crate::source::Source;
use crate::syntax::statement::Statement;

/// What runs, in order.
#[derive(Debug, Clone)]
pub struct Plan {
    pub sources: Vec<Source>,
    pub runner: Runner,
    /// Overrides the runner's own way.
    pub wrapping: Option<Wrapping>,
    pub statements: Vec<Planned>,
    /// Complaints about the texts, with the number of their source.
    pub diagnostics: Vec<(usize, Diagnostic)>,
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
    let mut start = Plan { sources: vec![], runner: psql, wrapping: None, statements: vec![], diagnostics: vec![] };
    let mut migration = Plan { sources: vec![], runner, wrapping, statements: vec![], diagnostics: vec![] };
    let mut transaction = 0;
    for source in schema {
        add(&mut start, &source, |_| true, &mut None);
    }
    let mut previous: Option<Wrapping> = None;
    for source in files {
        let carries_schema = add(&mut start, &source, |it| it.section == Section::Schema, &mut None);
        if carries_schema == 0 {
            // Nothing of this file: it needs no place among the sources of the start.
            start.sources.pop();
        }
        let wraps = wrapping.unwrap_or_else(|| runner.wraps(&source.text));
        let first = migration.statements.len();
        add(&mut migration, &source, |it| it.section == Section::Migration, &mut None);
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

/// Adds the statements that are wanted; says how many.
fn add(
    plan: &mut Plan,
    source: &Source,
    wanted: impl Fn(&ReadStatement) -> bool,
    wrapped: &mut Option<usize>,
) -> usize {
    let number = plan.sources.len();
    plan.sources.push(source.clone());
    let parsed = read(source);
    let mut count = 0;
    for statement in parsed.value.into_iter().filter(|it| wanted(it)) {
        if let Err(error) = &statement.statement {
            plan.diagnostics.push((
                number,
                Diagnostic {
                    severity: Severity::Error,
                    message: error.message.clone(),
                    span: statement.error_span(),
                    hints: vec![],
                },
            ));
        }
        plan.statements.push(Planned { source: number, read: statement, wrapped: *wrapped });
        count += 1;
    }
    plan.diagnostics.extend(parsed.diagnostics.into_iter().map(|it| (number, it)));
    count
}

fn none_can_be_wrapped(statements: &[Planned]) -> bool {
    let cannot = |it: &Planned| match it.read.statement.as_deref() {
        Ok(Statement::CreateIndex(it)) => it.concurrently,
        Ok(Statement::Drop(it)) => it.concurrently,
        Ok(Statement::Other(it)) => it.command == "VACUUM",
        _ => false,
    };
    !statements.is_empty() && statements.iter().all(cannot)
}
