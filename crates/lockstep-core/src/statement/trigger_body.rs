//! What a call of a trigger function may come to (`plpgsql_exec_trigger`), where the function does nothing but
//! say something, set columns of the new row, return a row or raise an error.

use crate::effect::{PgError, RelationId};
use crate::name::Ident;
use crate::pg::condition::state_of;
use crate::pg::sqlstate;
use crate::plpgsql::{self, Block, Node, Variable};
use crate::schema::routine::Routine;
use crate::schema::trigger::{Trigger, TriggerTiming};
use crate::statement::do_block::{self, Value};
use crate::statement::execution::Execution;
use crate::statement::firing::RowEvent;
use crate::statement::trigger_value::Surroundings;

/// A trigger on its way.
pub(super) struct Call<'a> {
    pub(super) execution: &'a Execution,
    pub(super) table: RelationId,
    pub(super) name: &'a Ident,
    pub(super) trigger: &'a Trigger,
    pub(super) event: RowEvent,
}

/// The ways in which a call may end.
#[derive(Debug, Default)]
pub(super) struct Fate {
    /// `new`, `old` or `null`.
    pub(super) returns: Vec<String>,
    pub(super) errors: Vec<PgError>,
    /// Columns of the new row may have other values than the statement gave them.
    pub(super) assigns: bool,
    /// It may go on with the next statement.
    on: bool,
}

impl Fate {
    fn on() -> Self {
        Fate { on: true, ..Fate::default() }
    }

    /// The only end there is, where that is an error.
    pub(super) fn fails(&self) -> Option<&PgError> {
        self.errors.first().filter(|_| self.errors.len() == 1 && self.returns.is_empty())
    }

    /// Another way besides those before.
    fn or(&mut self, other: Fate) {
        self.on |= other.on;
        self.assigns |= other.assigns;
        self.returns.extend(other.returns);
        self.errors.extend(other.errors);
    }
}

/// `None` where the function does, or may do, more than is followed here.
pub(super) fn fate(call: &Call<'_>, routine: &Routine) -> Option<Fate> {
    if routine.language != *"plpgsql" || !routine.settings.is_empty() {
        return None;
    }
    let block = plpgsql::read(&routine.source)?;
    let mut walk = Walk { call, variables: told(call), declared: vec![] };
    let mut found = walk.block(&block)?;
    if found.on {
        let message = "control reached end of trigger procedure without RETURN";
        found.errors.push(PgError::new(sqlstate::S_R_E_FUNCTION_EXECUTED_NO_RETURN_STATEMENT, message));
    }
    Some(found)
}

/// What every trigger function is told (`plpgsql_exec_get_datum` of promises).
fn told(call: &Call<'_>) -> Vec<(Ident, Value)> {
    let relation = call.execution.schema.relation(call.table);
    let when = match call.trigger.timing {
        TriggerTiming::Before => "BEFORE",
        TriggerTiming::After => "AFTER",
        TriggerTiming::InsteadOf => "INSTEAD OF",
    };
    let level = if call.trigger.for_each_row { "ROW" } else { "STATEMENT" };
    let operation = match call.event {
        RowEvent::Insert => "INSERT",
        RowEvent::Update => "UPDATE",
        RowEvent::Delete => "DELETE",
    };
    let table = relation.name.name.as_str();
    let texts = [
        ("tg_name", call.name.as_str()),
        ("tg_when", when),
        ("tg_level", level),
        ("tg_op", operation),
        ("tg_relname", table),
        ("tg_table_name", table),
        ("tg_table_schema", relation.name.schema.as_str()),
    ];
    let mut made: Vec<(Ident, Value)> = texts.map(|(name, text)| (Ident::new(name), Value::text(text))).to_vec();
    let count = i64::try_from(call.trigger.arguments.len()).map_or(Value::Unknown, Value::Int);
    made.push((Ident::new("tg_nargs"), count));
    made
}

struct Walk<'a> {
    call: &'a Call<'a>,
    variables: Vec<(Ident, Value)>,
    declared: Vec<Variable>,
}

impl Walk<'_> {
    fn surroundings(&self) -> Surroundings<'_> {
        Surroundings { call: self.call, declared: &self.declared }
    }

    fn block(&mut self, block: &Block) -> Option<Fate> {
        if !block.handlers.is_empty() {
            return None;
        }
        for variable in &block.variables {
            let value = match &variable.value {
                Some(text) => {
                    self.surroundings().fits(text, &variable.type_name)?;
                    Value::Unknown
                }
                None => Value::Null,
            };
            self.declared.push(variable.clone());
            self.variables.push((variable.name.clone(), value));
        }
        self.statements(&block.statements)
    }

    fn statements(&mut self, statements: &[Node]) -> Option<Fate> {
        let mut all = Fate::on();
        for it in statements {
            if !all.on {
                break;
            }
            let next = self.statement(it)?;
            all.on = false;
            all.or(next);
        }
        Some(all)
    }

    fn statement(&mut self, statement: &Node) -> Option<Fate> {
        let mut made = Fate::on();
        match statement {
            Node::Nothing => {}
            Node::Block(block) => return self.block(block),
            Node::Return(Some(text)) => {
                let row = text.trim().to_lowercase();
                if !["new", "old", "null"].contains(&row.as_str()) {
                    return None;
                }
                made = Fate { returns: vec![row], ..Fate::default() };
            }
            Node::Raise { level, format, arguments, code } => {
                arguments.iter().try_for_each(|it| self.surroundings().prints(it))?;
                if level == "exception" {
                    let state = code.as_deref().map_or(Some(sqlstate::RAISE_EXCEPTION), state_of)?;
                    let error = PgError::new(state, format.clone().unwrap_or_default());
                    made = Fate { errors: vec![error], ..Fate::default() };
                }
            }
            Node::If(branches, otherwise) => return self.branches(branches, otherwise),
            Node::Assign { variable, value } => {
                let declared = self.declared.iter().rfind(|it| it.name == *variable)?;
                self.surroundings().fits(value, &declared.type_name)?;
                let slot = self.variables.iter_mut().rfind(|(name, _)| name == variable)?;
                slot.1 = Value::Unknown;
            }
            Node::AssignPart { variable, place, value } if *variable == "new" && self.call.trigger.for_each_row => {
                made.assigns = self.surroundings().fits_column(place, value)?;
            }
            _ => return None,
        }
        Some(made)
    }

    /// The branch that the conditions lead to, or all that they may lead to.
    fn branches(&mut self, branches: &[(String, Vec<Node>)], otherwise: &[Node]) -> Option<Fate> {
        let mut made = Fate::default();
        for (condition, body) in branches {
            match do_block::condition(condition, &self.variables, self.call.execution) {
                Ok(false) => {}
                Ok(true) => {
                    let taken = self.statements(body)?;
                    made.or(taken);
                    return Some(made);
                }
                Err(_) => {
                    self.surroundings().computes(condition)?;
                    let before = self.variables.clone();
                    let taken = self.statements(body)?;
                    made.or(taken);
                    self.variables = before;
                }
            }
        }
        let taken = self.statements(otherwise)?;
        made.or(taken);
        Some(made)
    }
}
