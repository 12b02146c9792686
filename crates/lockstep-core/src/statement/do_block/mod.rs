//! `DO`: a block of PL/pgSQL runs on the model (`plpgsql_inline_handler`, `pl_exec.c`). Its statements
//! are the statements of the migration; a block with handlers is a subtransaction.

mod catalog;
mod emptiness;
mod evaluate;
mod operator;
mod value;

use crate::name::{Ident, QualifiedName};
use crate::pg::condition::state_of;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate::{self, SqlState};
use crate::plpgsql::{self, Block, Handler, Node};
use crate::statement::Command;
use crate::statement::call;
use crate::statement::do_block::evaluate::Environment;
pub(super) use crate::statement::do_block::value::Value;
use crate::statement::execution::{Execution, Outcome, Record, Stop, fail, unknown};
use crate::statement::select;
use crate::syntax::catalog_query;
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
    let mut run = Run { execution, variables, steps: 0 };
    let result = run.block(block);
    execution.in_function = outer;
    result.map(|_| ())
}

/// The value of an expression over such variables.
pub(super) fn evaluate(text: &str, variables: &[(Ident, Value)], execution: &Execution) -> Outcome<Value> {
    Environment { execution, variables }.text(text)
}

/// Whether the block goes on after a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Returned,
}

struct Run<'a> {
    execution: &'a mut Execution,
    variables: Vec<(Ident, Value)>,
    steps: usize,
}

impl Run<'_> {
    fn environment(&self) -> Environment<'_> {
        Environment { execution: self.execution, variables: &self.variables }
    }

    fn block(&mut self, block: &Block) -> Outcome<Flow> {
        let outer = self.variables.len();
        for it in &block.variables {
            let value = match &it.value {
                Some(value) => self.environment().text(value).or_else(|stop| match stop {
                    // What is never asked for does no harm.
                    Stop::Unknown(_) => Ok(Value::Unknown),
                    error => Err(error),
                })?,
                None => Value::Null,
            };
            self.variables.push((it.name.clone(), value));
        }
        let result = match block.handlers.is_empty() {
            true => self.statements(&block.statements),
            false => self.protected(block),
        };
        self.variables.truncate(outer);
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
        (self.execution.session, self.execution.pending) = (session, pending);
        // Messages are sent at once and stay.
        let notices = std::mem::take(&mut self.execution.record.notices);
        self.execution.record = Record { notices, ..record };
        self.variables.push((Ident::new("sqlerrm"), Value::text(&error.message)));
        self.variables.push((Ident::new("sqlstate"), Value::text(error.sqlstate.0)));
        let result = self.statements(&handler.statements);
        self.variables.truncate(self.variables.len() - 2);
        result
    }

    fn statements(&mut self, statements: &[Node]) -> Outcome<Flow> {
        for it in statements {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return unknown(format!("the block takes more than {MAX_STEPS} steps"));
            }
            if self.statement(it)? == Flow::Returned {
                return Ok(Flow::Returned);
            }
        }
        Ok(Flow::On)
    }

    fn statement(&mut self, statement: &Node) -> Outcome<Flow> {
        match statement {
            Node::Nothing => {}
            Node::Return => return Ok(Flow::Returned),
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
            Node::Count { variable, first, last, reverse, body } => {
                let bounds = (self.environment().text(first)?, self.environment().text(last)?);
                let (Value::Int(first), Value::Int(last)) = bounds else {
                    return unknown("the bounds of a loop are not known");
                };
                let values: Vec<Value> = match reverse {
                    false => (first..=last).take(MAX_STEPS).map(Value::Int).collect(),
                    true => (last..=first).rev().take(MAX_STEPS).map(Value::Int).collect(),
                };
                return self.repeat(variable, values, body);
            }
            Node::Elements { variable, array, body } => match self.environment().text(array)? {
                Value::List(values) => return self.repeat(variable, values, body),
                _ => return unknown("the array of a loop is not known"),
            },
            Node::Rows { variable, query, body } => {
                let Some(query) = catalog_query::read(query) else {
                    return unknown("the query of a loop is not modelled");
                };
                self.open(query.sources.iter().map(|(name, _)| name))?;
                let rows = self.environment().rows(&query)?;
                return self.repeat(variable, rows.into_iter().map(Value::Row).collect(), body);
            }
            Node::Execute(expression) => match self.environment().text(expression)? {
                Value::Text(text) => {
                    for text in crate::syntax::split(&text) {
                        self.run(text, true)?;
                    }
                }
                Value::Null => {
                    let message = "query string argument of EXECUTE is null";
                    return fail(sqlstate::NULL_VALUE_NOT_ALLOWED, message);
                }
                _ => return unknown("the statement that EXECUTE runs is not known"),
            },
            Node::Assign { variable, value } => {
                let value = self.environment().text(value)?;
                self.set(variable, value)?;
            }
            Node::Raise { level, format, arguments, code } => {
                self.raise(level, format.as_deref(), arguments, code.as_deref())?;
            }
            Node::Perform(text) => self.perform(text)?,
            Node::Commit if self.execution.in_block => {
                return fail(sqlstate::INVALID_TRANSACTION_TERMINATION, "invalid transaction termination");
            }
            Node::Commit => return unknown("a block that commits on its way is not modelled"),
        }
        Ok(Flow::On)
    }

    /// Planning an expression locks what its queries read, whether or not they are asked.
    fn open_for(&mut self, text: &str) -> Outcome {
        let mut names: Vec<QualifiedName> = vec![];
        if let Ok(expression) = crate::syntax::parse_expression(text) {
            expression.visit(&mut |it| {
                if let Expr::Query(query) = it {
                    names.extend(query.reads.iter().cloned());
                }
            });
        }
        self.open(names.iter())
    }

    fn open<'a>(&mut self, names: impl Iterator<Item = &'a QualifiedName>) -> Outcome {
        for name in names {
            if !catalog::is_catalog(self.execution, name) {
                select::read_relation(self.execution, name, LockMode::AccessShare)?;
            }
        }
        Ok(())
    }

    fn repeat(&mut self, variable: &Ident, values: Vec<Value>, body: &[Node]) -> Outcome<Flow> {
        let known = self.variables.iter().rposition(|(name, _)| name == variable);
        if known.is_none() {
            self.variables.push((variable.clone(), Value::Null));
        }
        let at = known.unwrap_or(self.variables.len() - 1);
        for value in values {
            self.variables[at].1 = value;
            if self.statements(body)? == Flow::Returned {
                return Ok(Flow::Returned);
            }
        }
        if known.is_none() {
            self.variables.truncate(at);
        }
        Ok(Flow::On)
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

    /// A statement of the block itself.
    fn sql(&mut self, text: &str) -> Outcome {
        if let Some(query) = catalog_query::read(text)
            && !query.into.is_empty()
        {
            self.open(query.sources.iter().map(|(name, _)| name))?;
            let rows = self.environment().rows(&query)?;
            let first = rows.into_iter().next().unwrap_or_default();
            for (place, variable) in query.into.iter().enumerate() {
                let value = first.get(place).map_or(Value::Null, |(_, value)| value.clone());
                self.set(variable, value)?;
            }
            return Ok(());
        }
        let names = crate::syntax::mentions_outside_strings(text);
        if let Some((name, _)) = self.variables.iter().find(|(name, _)| names.contains(name)) {
            return unknown(format!("what the variable {name} does to the statement is not modelled"));
        }
        self.run(text, false)
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
