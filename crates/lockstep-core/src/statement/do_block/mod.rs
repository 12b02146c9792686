//! `DO`: a block of PL/pgSQL runs on the model (`plpgsql_inline_handler`, `pl_exec.c`). Its statements
//! are the statements of the migration; a block with handlers is a subtransaction.

mod catalog;
mod emptiness;
mod evaluate;
mod operator;
mod query;
mod repeat;
mod types;
mod value;

use crate::effect::PgError;
use crate::name::{Ident, QualifiedName};
use crate::pg::condition::state_of;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate::{self, SqlState};
use crate::plpgsql::{self, Block, Handler, Node};
use crate::statement::Command;
use crate::statement::call;
use crate::statement::do_block::evaluate::Environment;
pub(in crate::statement) use crate::statement::do_block::types::fits;
pub(crate) use crate::statement::do_block::value::Value;
use crate::statement::execution::{Execution, Outcome, Record, Stop, fail, unknown};
use crate::statement::select;
use crate::syntax::catalog_query::CatalogQuery;
use crate::syntax::expression::Expr;
use crate::syntax::statement::{Do, Statement};

/// A block that goes on longer is not followed to its end.
const MAX_STEPS: usize = 20_000;

impl Command for Do {
    fn run(&self, execution: &mut Execution) -> Outcome {
        if self.language.as_ref().is_some_and(|it| *it != "plpgsql") {
            return unknown("code in this language is not read");
        }
        let Some(block) = plpgsql::read(&self.body) else {
            return unknown("this PL/pgSQL is more than what is read here");
        };
        run(&block, vec![], execution)
    }
}

/// Runs code with the values of its parameters.
pub(super) fn run(block: &Block, variables: Vec<(Ident, Value)>, execution: &mut Execution) -> Outcome {
    let outer = execution.in_function;
    execution.in_function = true;
    let mut run = Run { execution, variables, types: vec![], handled: vec![], steps: 0 };
    let result = run.block(block);
    execution.in_function = outer;
    match result? {
        Flow::On | Flow::Returned => Ok(()),
        Flow::Left { .. } => unknown("where an EXIT leads is not known"),
    }
}

/// The value of an expression over such variables.
pub(super) fn evaluate(text: &str, variables: &[(Ident, Value)], execution: &Execution) -> Outcome<Value> {
    Environment { execution, variables }.text(text)
}

/// Whether a condition over such variables holds; null does not.
pub(super) fn condition(text: &str, variables: &[(Ident, Value)], execution: &Execution) -> Outcome<bool> {
    Environment { execution, variables }.condition(text)
}

/// Whether the block goes on after a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Flow {
    On,
    Returned,
    /// `EXIT` or `CONTINUE` of the loop around it, or of the one with that label.
    Left {
        to: Option<Ident>,
        again: bool,
    },
}

struct Run<'a> {
    execution: &'a mut Execution,
    variables: Vec<(Ident, Value)>,
    /// The types of those that are declared, as written.
    types: Vec<(Ident, String)>,
    /// Those whose handlers run.
    handled: Vec<PgError>,
    steps: usize,
}

impl Run<'_> {
    fn environment(&self) -> Environment<'_> {
        Environment { execution: self.execution, variables: &self.variables }
    }

    fn block(&mut self, block: &Block) -> Outcome<Flow> {
        let (outer, types) = (self.variables.len(), self.types.len());
        for it in &block.variables {
            let value = match &it.value {
                Some(value) => self.environment().text(value).or_else(|stop| match stop {
                    // What is never asked for does no harm.
                    Stop::Unknown(_) => Ok(Value::Unknown),
                    error => Err(error),
                })?,
                None => Value::Null,
            };
            self.variables.push((it.name.clone(), value.clone()));
            self.types.push((it.name.clone(), it.type_name.clone()));
            self.fits(&it.name, &value)?;
        }
        let result = match block.handlers.is_empty() {
            true => self.statements(&block.statements),
            false => self.protected(block),
        };
        self.variables.truncate(outer);
        self.types.truncate(types);
        result
    }

    /// A subtransaction: what an error ends is as if it had not been.
    fn protected(&mut self, block: &Block) -> Outcome<Flow> {
        let schema = self.execution.schema.clone();
        let (session, pending) = (self.execution.session.clone(), self.execution.pending.clone());
        let record = self.execution.record.clone();
        let depth = self.execution.subtransactions;
        self.execution.subtransactions = depth + 1;
        let result = self.statements(&block.statements);
        self.execution.subtransactions = depth;
        let error = match result {
            Err(Stop::Error(error)) => error,
            Ok(flow) => {
                let same = |it: &Record| (it.preconditions.len(), it.doubts.len());
                if same(&self.execution.record) != same(&record) {
                    return unknown("whether an error is caught depends on the rows");
                }
                return Ok(flow);
            }
            stop => return stop,
        };
        if block.handlers.iter().flat_map(|it| &it.conditions).any(|it| !is_known(it)) {
            return unknown("the condition of a handler is not known");
        }
        let Some(handler) = block.handlers.iter().find(|it| catches(it, error.sqlstate)) else {
            return Err(Stop::Error(error));
        };
        let next_id = self.execution.schema.next_id();
        self.execution.schema = schema;
        self.execution.schema.skip_ids(next_id);
        self.execution.session.go_back_to(session);
        self.execution.pending = pending;
        // Messages are sent at once and stay.
        let notices = std::mem::take(&mut self.execution.record.notices);
        self.execution.record = Record { notices, ..record };
        self.variables.push((Ident::new("sqlerrm"), Value::text(&error.message)));
        self.variables.push((Ident::new("sqlstate"), Value::text(error.sqlstate.0)));
        self.handled.push(error);
        let result = self.statements(&handler.statements);
        self.handled.pop();
        self.variables.truncate(self.variables.len() - 2);
        result
    }

    fn statements(&mut self, statements: &[Node]) -> Outcome<Flow> {
        for it in statements {
            self.count_step()?;
            match self.statement(it)? {
                Flow::On => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::On)
    }

    fn count_step(&mut self) -> Outcome {
        self.steps += 1;
        match self.steps > MAX_STEPS {
            true => unknown(format!("the block takes more than {MAX_STEPS} steps")),
            false => Ok(()),
        }
    }

    fn statement(&mut self, statement: &Node) -> Outcome<Flow> {
        if let Some(outcome) = self.repetition(statement) {
            return outcome;
        }
        match statement {
            Node::Nothing => {}
            Node::Return(_) => return Ok(Flow::Returned),
            Node::Block(block) => return self.block(block),
            Node::Sql(text) => self.sql(text)?,
            Node::If(branches, otherwise) => {
                for (condition, body) in branches {
                    self.open_for(condition)?;
                    if self.environment().condition(condition)? {
                        return self.statements(body);
                    }
                }
                return self.statements(otherwise);
            }
            Node::Exit { label, when, again } => {
                if let Some(condition) = when {
                    self.open_for(condition)?;
                    if !self.environment().condition(condition)? {
                        return Ok(Flow::On);
                    }
                }
                return Ok(Flow::Left { to: label.clone(), again: *again });
            }
            Node::Execute { text, into, using } => self.execute(text, into, using)?,
            Node::Assign { variable, value } => {
                let value = self.environment().text(value)?;
                self.fits(variable, &value)?;
                self.set(variable, value)?;
            }
            Node::AssignPart { variable, .. } => {
                if !matches!(variable.as_str(), "new" | "old") {
                    self.set(variable, Value::Unknown)?;
                    self.fits(variable, &Value::Unknown)?;
                }
            }
            Node::Diagnostics(items) => {
                for (variable, _) in items {
                    self.set(variable, Value::Unknown)?;
                }
            }
            Node::Raise { level, format, arguments, code } => {
                self.raise(level, format.as_deref(), arguments, code.as_deref())?;
            }
            Node::RaiseAgain => match self.handled.last() {
                Some(error) => return Err(Stop::Error(error.clone())),
                None => {
                    let message = "RAISE without parameters cannot be used outside an exception handler";
                    return fail(sqlstate::STACKED_DIAGNOSTICS_ACCESSED_WITHOUT_ACTIVE_HANDLER, message);
                }
            },
            Node::Perform(text) => self.perform(text)?,
            Node::Commit if self.execution.in_block => {
                return fail(sqlstate::INVALID_TRANSACTION_TERMINATION, "invalid transaction termination");
            }
            Node::Commit => return unknown("a block that commits on its way is not modelled"),
            Node::Assert { condition, message } => {
                self.open_for(condition)?;
                if !self.environment().condition(condition)? {
                    let text = message.as_ref().map(|it| self.environment().text(it)).transpose()?;
                    let text = text.and_then(|it| it.print()).flatten();
                    return fail(sqlstate::ASSERT_FAILURE, text.unwrap_or_else(|| "assertion failed".to_owned()));
                }
            }
            Node::Cursor(_) => return unknown("cursors of blocks are not modelled"),
            Node::Yield(_) => return unknown("the rows that code returns are not modelled"),
            Node::Count { .. }
            | Node::Rows { .. }
            | Node::RowsOfText { .. }
            | Node::Elements { .. }
            | Node::Loop { .. } => return unknown("a loop of this form is not modelled"),
        }
        Ok(Flow::On)
    }

    /// Planning an expression locks what its queries read, whether or not they are asked.
    fn open_for(&mut self, text: &str) -> Outcome {
        match crate::syntax::parse_expression(text) {
            Ok(expression) => self.open_in(&expression),
            Err(_) => Ok(()),
        }
    }

    fn open_in(&mut self, expression: &Expr) -> Outcome {
        let mut names: Vec<QualifiedName> = vec![];
        expression.visit(&mut |it| {
            if let Expr::Query(query) = it {
                names.extend(query.reads.iter().cloned());
            }
        });
        self.open(names.iter())
    }

    /// The relations of a query, and those of the queries in it.
    fn open_query(&mut self, query: &CatalogQuery) -> Outcome {
        self.open(query.sources.iter().map(|(name, _)| name))?;
        query.results.iter().filter_map(|(it, _)| it.as_ref()).try_for_each(|it| self.open_in(it))?;
        query.conditions.iter().try_for_each(|it| self.open_in(it))
    }

    fn open<'a>(&mut self, names: impl Iterator<Item = &'a QualifiedName>) -> Outcome {
        for name in names {
            if !catalog::is_catalog(self.execution, name) {
                select::read_relation(self.execution, name, LockMode::AccessShare)?;
            }
        }
        Ok(())
    }

    fn set(&mut self, variable: &Ident, value: Value) -> Outcome {
        match self.variables.iter_mut().rev().find(|(name, _)| name == variable) {
            Some((_, slot)) => {
                *slot = value;
                Ok(())
            }
            None => fail(sqlstate::SYNTAX_ERROR, format!("\"{}\" is not a known variable", variable.as_str())),
        }
    }

    /// A query for what it does: its results are thrown away.
    fn perform(&mut self, text: &str) -> Outcome {
        if let Ok(Expr::Function(called)) = crate::syntax::parse_expression(text)
            && call::is_made(&called, self.execution)
        {
            return call::execute(&called, 'f', &self.variables, self.execution);
        }
        let names = crate::syntax::mentions_outside_strings(text);
        if self.variables.iter().any(|(name, _)| names.contains(name)) {
            return unknown("what PERFORM calls is not modelled");
        }
        match crate::syntax::parse(&format!("SELECT {text}")) {
            Ok(statement @ Statement::Select(_)) => crate::statement::run(&statement, self.execution),
            _ => unknown("what PERFORM calls is not modelled"),
        }
    }

    fn run(&mut self, text: &str, dynamic: bool) -> Outcome {
        let statement = match crate::syntax::parse(text) {
            Ok(statement) => statement,
            Err(error) if error.kind == crate::syntax::Refusal::Syntax => {
                return fail(sqlstate::SYNTAX_ERROR, error.message);
            }
            Err(error) => return unknown(error.message),
        };
        match &statement {
            Statement::Transaction(_) => unknown("a transaction command in a block is not modelled"),
            // `EXECUTE` runs a query and forgets what it yields.
            Statement::Select(query) if dynamic => crate::statement::Command::run(query, self.execution),
            Statement::Select(_) => unknown("a query without a target in a block is not modelled"),
            statement => crate::statement::run(statement, self.execution),
        }
    }

    fn raise(&mut self, level: &str, format: Option<&str>, arguments: &[String], code: Option<&str>) -> Outcome {
        let mut text = String::new();
        let mut given = arguments.iter();
        let mut characters = format.unwrap_or_default().chars().peekable();
        while let Some(it) = characters.next() {
            match it {
                '%' if characters.peek() == Some(&'%') => {
                    characters.next();
                    text.push('%');
                }
                '%' => {
                    let value = given.next().and_then(|it| self.environment().text(it).ok());
                    let shown = value.and_then(|it| it.print());
                    text.push_str(&match shown {
                        Some(Some(shown)) => shown,
                        Some(None) => "<NULL>".to_owned(),
                        None => "…".to_owned(),
                    });
                }
                other => text.push(other),
            }
        }
        match level {
            "exception" => {
                let state = match code {
                    None => Some(sqlstate::RAISE_EXCEPTION),
                    Some(code) => state_of(code),
                };
                match state {
                    Some(state) => fail(state, text),
                    None => unknown("the SQLSTATE that the block raises is not known"),
                }
            }
            "warning" => {
                self.execution.warning(&text);
                Ok(())
            }
            "notice" | "info" => {
                self.execution.notice(text);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// `exception_matches_conditions`: the SQLSTATE itself, or that of its whole class.
fn catches(handler: &Handler, state: SqlState) -> bool {
    handler.conditions.iter().any(|condition| match (condition.as_str(), state_of(condition)) {
        ("others", _) => state != sqlstate::QUERY_CANCELED && state != sqlstate::ASSERT_FAILURE,
        (_, Some(it)) => it == state || it.0.ends_with("000") && it.0[..2] == state.0[..2],
        (_, None) => false,
    })
}

fn is_known(condition: &str) -> bool {
    condition == "others" || state_of(condition).is_some()
}
