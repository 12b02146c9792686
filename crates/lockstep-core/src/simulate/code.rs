//! What code may do that is not run on the model (bodies of blocks, functions and procedures): the statements in
//! it, whatever its conditions and loops come to, with those of all code that it calls.

use crate::effect::RelationId;
use crate::name::{Ident, QualifiedName};
use crate::plpgsql::{self, Block, Node};
use crate::schema::Schema;
use crate::schema::object::{ObjectClass, ObjectId};
use crate::schema::routine::Routine;
use crate::simulate::code_calls::{self, Calls};
use crate::simulate::code_template;
use crate::simulate::unmodelled;
use crate::statement::CodeValue as Value;
use crate::statement::execution::Execution;
use crate::syntax;
use crate::syntax::expression::{Expr, FunctionCall, QueryText};
use crate::syntax::statement::{Set, Statement};

/// Code that calls code is followed no deeper.
const MAX_DEPTH: usize = 8;

/// Code that goes on longer is not followed.
const MAX_PARTS: usize = 2_000;

pub(super) enum Part {
    /// Rows of the tables that the text names may be others.
    Rows(String),
    Statement(Box<Statement>, String),
    /// Its text is not understood.
    Unread(String),
}

/// The parts of a statement that runs code; `None`: it may do anything.
pub(super) fn of_statement(execution: &Execution, statement: &Statement, text: &str) -> Option<Vec<Part>> {
    let mut walk = Walk { execution, parts: vec![], seen: vec![], firing: None, depth: 0 };
    match statement {
        Statement::Do(it) => match it.language.as_ref().is_none_or(|it| *it == "plpgsql") {
            true => walk.body(&it.body, &mut vec![])?,
            false => return None,
        },
        Statement::Select(query) => walk.query(query)?,
        Statement::Other(it) if it.command == "CALL" => walk.call_text(&it.text)?,
        _ => walk.rows(text)?,
    }
    Some(walk.parts)
}

/// What is known of variables, the innermost last.
type Variables = Vec<(Ident, Value)>;

struct Walk<'a> {
    execution: &'a Execution,
    parts: Vec<Part>,
    /// Trigger functions, and routines of whose arguments nothing is known.
    seen: Vec<ObjectId>,
    /// The trigger function that is read.
    firing: Option<ObjectId>,
    depth: usize,
}

impl Walk<'_> {
    fn schema(&self) -> &Schema {
        &self.execution.schema
    }

    fn part(&mut self, part: Part) -> Option<()> {
        self.parts.push(part);
        (self.parts.len() < MAX_PARTS).then_some(())
    }

    fn query(&mut self, query: &QueryText) -> Option<()> {
        if let Some(results) = syntax::plain_results(&query.text) {
            return results.iter().try_for_each(|it| self.expression(it, &vec![]));
        }
        self.rows(&query.text)
    }

    fn call_text(&mut self, text: &str) -> Option<()> {
        let rest = text.trim_start().get("call".len()..)?;
        let expression = syntax::parse_expression(rest).ok()?;
        self.expression(&expression, &vec![])
    }

    /// A call whose arguments may be known.
    fn expression(&mut self, expression: &Expr, variables: &Variables) -> Option<()> {
        match expression {
            Expr::Cast { operand, .. } => self.expression(operand, variables),
            Expr::Function(call) if self.schema().routines_called(&call.name.name).next().is_some() => {
                call.arguments.iter().try_for_each(|it| self.text(&it.value.to_string()))?;
                self.call(call, variables)
            }
            other => self.text(&other.to_string()),
        }
    }

    fn call(&mut self, call: &FunctionCall, variables: &Variables) -> Option<()> {
        let plain = call.arguments.iter().all(|it| it.name.is_none() && !it.variadic);
        let values: Vec<Value> = call.arguments.iter().map(|it| self.value(&it.value.to_string(), variables)).collect();
        self.routines(&call.name, if plain { &values } else { &[] })
    }

    /// All of that name: which one is called is not asked.
    fn routines(&mut self, name: &QualifiedName, values: &[Value]) -> Option<()> {
        let found = self.schema().objects().filter(|it| *it.name() == name.name && it.routine().is_some());
        let found: Vec<ObjectId> = found.map(|it| it.id).collect();
        if self.schema().uncertain.about(&name.name, found.first().map(|it| it.0)).is_some() {
            return None;
        }
        for id in found {
            let known = values.iter().any(|it| *it != Value::Unknown);
            if !known && self.seen.contains(&id) {
                continue;
            }
            if !known {
                self.seen.push(id);
            }
            let routine = self.schema().routine(id)?.clone();
            self.routine(&routine, values)?;
        }
        Some(())
    }

    fn routine(&mut self, routine: &Routine, values: &[Value]) -> Option<()> {
        // Its code finds names elsewhere, but those that it names are what counts.
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut variables: Variables = vec![];
        for (place, parameter) in routine.inputs().enumerate() {
            if let Some(name) = &parameter.name {
                variables.push((name.clone(), values.get(place).cloned().unwrap_or(Value::Unknown)));
            }
        }
        match routine.language.as_str() {
            "plpgsql" => self.body(&routine.source, &mut variables)?,
            "sql" => syntax::split(&routine.source).into_iter().try_for_each(|it| self.statement(it, &variables))?,
            _ => return None,
        }
        self.depth -= 1;
        Some(())
    }

    fn body(&mut self, text: &str, variables: &mut Variables) -> Option<()> {
        match plpgsql::read(text) {
            Some(block) => self.block(&block, variables),
            None if code_calls::only_rows(text) => self.rows(text),
            None => None,
        }
    }

    fn block(&mut self, block: &Block, variables: &mut Variables) -> Option<()> {
        let outer = variables.len();
        for it in &block.variables {
            self.text(&it.type_name)?;
            let value = match &it.value {
                Some(value) => {
                    self.text(value)?;
                    self.value(value, variables)
                }
                None => Value::Null,
            };
            variables.push((it.name.clone(), value));
        }
        self.nodes(&block.statements, variables)?;
        for handler in &block.handlers {
            forget(&block.statements, variables);
            self.nodes(&handler.statements, variables)?;
        }
        if !block.handlers.is_empty() {
            forget(&block.statements, variables);
            block.handlers.iter().for_each(|it| forget(&it.statements, variables));
        }
        variables.truncate(outer);
        Some(())
    }

    fn nodes(&mut self, nodes: &[Node], variables: &mut Variables) -> Option<()> {
        nodes.iter().try_for_each(|it| self.node(it, variables))
    }

    fn node(&mut self, node: &Node, variables: &mut Variables) -> Option<()> {
        match node {
            Node::Sql(text) => {
                let (text, into) = match plpgsql::split_into(text) {
                    Some((text, into)) => (text, into.variables),
                    None => (text.clone(), vec![]),
                };
                self.statement(&text, variables)?;
                into.iter().for_each(|it| set(variables, it, Value::Unknown));
            }
            Node::Block(block) => self.block(block, variables)?,
            Node::If(branches, otherwise) => {
                let before = variables.clone();
                for (condition, body) in branches {
                    self.text(condition)?;
                    self.nodes(body, variables)?;
                    variables.clone_from(&before);
                }
                self.nodes(otherwise, variables)?;
                branches.iter().for_each(|(_, body)| forget(body, variables));
                forget(otherwise, variables);
            }
            Node::Count { variable, first, last, step, body, .. } => {
                [Some(first), Some(last), step.as_ref()].into_iter().flatten().try_for_each(|it| self.text(it))?;
                self.repeated(std::slice::from_ref(variable), body, variables)?;
            }
            Node::Rows { variables: targets, query, body, .. } => {
                self.text(query)?;
                self.repeated(targets, body, variables)?;
            }
            Node::RowsOfText { variables: targets, text, using, body, .. } => {
                self.dynamic(text, using, variables)?;
                self.repeated(targets, body, variables)?;
            }
            Node::Elements { variables: targets, array, body, .. } => {
                self.text(array)?;
                match (self.value(array, variables), targets.as_slice()) {
                    (Value::List(items), [target]) => {
                        for item in items {
                            self.repeated_with(&[(target.clone(), item)], body, variables)?;
                        }
                    }
                    _ => self.repeated(targets, body, variables)?,
                }
            }
            Node::Loop { condition, body, .. } => {
                condition.iter().try_for_each(|it| self.text(it))?;
                self.repeated(&[], body, variables)?;
            }
            Node::Exit { when, .. } => when.iter().try_for_each(|it| self.text(it))?,
            Node::Execute { text, into, using } => {
                self.dynamic(text, using, variables)?;
                into.iter().for_each(|it| set(variables, it, Value::Unknown));
            }
            Node::Assign { variable, value } => {
                self.text(value)?;
                let value = self.value(value, variables);
                set(variables, variable, value);
            }
            Node::AssignPart { variable, place, value } => {
                self.text(place)?;
                self.text(value)?;
                set(variables, variable, Value::Unknown);
            }
            Node::Diagnostics(items) => items.iter().for_each(|(it, _)| set(variables, it, Value::Unknown)),
            Node::Raise { arguments, .. } => arguments.iter().try_for_each(|it| self.text(it))?,
            Node::Perform(text) => match syntax::parse_expression(text) {
                Ok(expression) => self.expression(&expression, variables)?,
                Err(_) => self.text(text)?,
            },
            // `OPEN c FOR EXECUTE …`
            Node::Cursor(text) => match code_calls::has_word(text, &["execute"]) {
                true => return None,
                false => {
                    self.text(text)?;
                    // `FETCH c INTO …`
                    if let Some((_, into)) = plpgsql::split_into(text) {
                        into.variables.iter().for_each(|it| set(variables, it, Value::Unknown));
                    }
                }
            },
            Node::Return(Some(text)) | Node::Yield(text) => self.rows(text)?,
            Node::Assert { condition, message } => {
                self.text(condition)?;
                message.iter().try_for_each(|it| self.text(it))?;
            }
            Node::Return(None) | Node::RaiseAgain | Node::Commit | Node::Nothing => {}
        }
        Some(())
    }

    /// A body that runs any number of times.
    fn repeated(&mut self, targets: &[Ident], body: &[Node], variables: &mut Variables) -> Option<()> {
        let targets: Variables = targets.iter().map(|it| (it.clone(), Value::Unknown)).collect();
        self.repeated_with(&targets, body, variables)
    }

    fn repeated_with(&mut self, targets: &[(Ident, Value)], body: &[Node], variables: &mut Variables) -> Option<()> {
        let outer = variables.len();
        forget(body, variables);
        variables.extend(targets.iter().cloned());
        self.nodes(body, variables)?;
        variables.truncate(outer);
        forget(body, variables);
        targets.iter().for_each(|(it, _)| set(variables, it, Value::Unknown));
        Some(())
    }

    /// `EXECUTE`: its text is there to be read, or it is anything.
    fn dynamic(&mut self, text: &str, using: &[String], variables: &Variables) -> Option<()> {
        self.text(text)?;
        using.iter().try_for_each(|it| self.text(it))?;
        match self.value(text, variables) {
            Value::Text(text) => {
                for text in syntax::split(&text) {
                    match code_calls::has_word(text, &["into"]).then(|| syntax::parse(text)) {
                        Some(Ok(made @ Statement::CreateTable(_))) => {
                            self.part(Part::Statement(Box::new(made), text.to_owned()))?;
                        }
                        _ => self.statement(text, &vec![])?,
                    }
                }
                Some(())
            }
            _ => {
                let text = code_template::of(self.schema(), text, self.firing)?;
                syntax::split(&text).into_iter().try_for_each(|it| self.statement(it, &vec![]))
            }
        }
    }

    /// A statement in SQL.
    fn statement(&mut self, text: &str, variables: &Variables) -> Option<()> {
        if code_calls::begins_with_rows(text) {
            return self.rows(text);
        }
        match syntax::parse(text) {
            Ok(Statement::Do(it)) => match it.language.as_ref().is_none_or(|it| *it == "plpgsql") {
                true => self.body(&it.body, &mut vec![]),
                false => None,
            },
            Ok(Statement::Other(it)) if it.command == "CALL" => {
                let expression = syntax::parse_expression(it.text.trim_start().get("call".len()..)?).ok()?;
                self.expression(&expression, variables)
            }
            // Names are looked up elsewhere from then on.
            Ok(Statement::Set(Set::Role { .. } | Set::ResetAll)) => None,
            Ok(Statement::Set(Set::Set { name, .. } | Set::Reset { name })) => {
                (!["search_path", "role", "session_authorization"].contains(&name.as_str())).then_some(())
            }
            Ok(made) => match unmodelled::is_bounded(&made, text) {
                true => self.part(Part::Statement(Box::new(made), text.to_owned())),
                false => None,
            },
            Err(_) => self.part(Part::Unread(text.to_owned())),
        }
    }

    /// A statement that reads and writes rows: what it calls, and what fires.
    fn rows(&mut self, text: &str) -> Option<()> {
        self.text(text)?;
        if !code_calls::has_word(text, &["insert", "update", "delete", "merge", "truncate", "copy"]) {
            return Some(());
        }
        for id in fired(self.schema(), &syntax::mentions_outside_strings(text)) {
            if self.seen.contains(&id) {
                continue;
            }
            self.seen.push(id);
            // One of the server's own changes the row alone.
            let Some(object) = self.schema().object(id) else { continue };
            if self.schema().uncertain.about(object.name(), Some(id.0)).is_some() {
                return None;
            }
            let routine = object.routine()?.clone();
            let around = self.firing.replace(id);
            let read = self.routine(&routine, &[]);
            self.firing = around;
            read?;
        }
        self.part(Part::Rows(text.to_owned()))
    }

    /// Whatever the text calls.
    fn text(&mut self, text: &str) -> Option<()> {
        match code_calls::of_text(self.schema(), text) {
            Calls::Anything => None,
            Calls::Routines(names) => names.iter().try_for_each(|it| self.routines(it, &[])),
        }
    }

    /// The value of an expression over constants and what is known of variables.
    fn value(&self, text: &str, variables: &Variables) -> Value {
        match code_calls::computes_text(text) {
            true => crate::statement::evaluate_in_code(text, variables, self.execution).unwrap_or(Value::Unknown),
            false => Value::Unknown,
        }
    }
}

fn set(variables: &mut Variables, name: &Ident, value: Value) {
    if let Some((_, slot)) = variables.iter_mut().rev().find(|(it, _)| it == name) {
        *slot = value;
    }
}

/// What the statements may assign is not known from then on.
fn forget(nodes: &[Node], variables: &mut Variables) {
    for name in assigned(nodes) {
        set(variables, &name, Value::Unknown);
    }
}

fn assigned(nodes: &[Node]) -> Vec<Ident> {
    let mut found = vec![];
    for node in nodes {
        match node {
            Node::Sql(text) | Node::Cursor(text) => {
                found.extend(plpgsql::split_into(text).map(|(_, into)| into.variables).unwrap_or_default());
            }
            Node::Execute { into, .. } => found.extend(into.iter().cloned()),
            Node::Assign { variable, .. } | Node::AssignPart { variable, .. } => found.push(variable.clone()),
            Node::Diagnostics(items) => found.extend(items.iter().map(|(it, _)| it.clone())),
            Node::Block(block) => {
                found.extend(assigned(&block.statements));
                found.extend(block.handlers.iter().flat_map(|it| assigned(&it.statements)));
            }
            Node::If(branches, otherwise) => {
                found.extend(branches.iter().flat_map(|(_, body)| assigned(body)));
                found.extend(assigned(otherwise));
            }
            Node::Count { body, .. } | Node::Loop { body, .. } => found.extend(assigned(body)),
            Node::Rows { variables, body, .. }
            | Node::RowsOfText { variables, body, .. }
            | Node::Elements { variables, body, .. } => {
                found.extend(variables.iter().cloned());
                found.extend(assigned(body));
            }
            _ => {}
        }
    }
    found
}

/// Functions of the triggers on tables of those names.
fn fired(schema: &Schema, names: &[Ident]) -> Vec<ObjectId> {
    let tables = schema.relations().filter(|it| names.contains(&it.name.name)).map(|it| it.id);
    let tables: Vec<RelationId> = tables.collect();
    let triggers = tables.into_iter().flat_map(|id| schema.objects_on(ObjectClass::Trigger, id));
    triggers.filter_map(|it| Some(it.trigger()?.function)).collect()
}
