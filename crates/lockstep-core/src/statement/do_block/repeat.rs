//! Loops of blocks (`exec_stmt_loop`, `exec_stmt_fori`, `exec_for_query`, `exec_stmt_foreach_a`).

use crate::name::Ident;
use crate::plpgsql::Node;
use crate::statement::do_block::value::Value;
use crate::statement::do_block::{Flow, MAX_STEPS, Run};
use crate::statement::execution::{Outcome, unknown};
use crate::syntax::catalog_query;

impl Run<'_> {
    /// `None`: the statement is no loop.
    pub(super) fn repetition(&mut self, statement: &Node) -> Option<Outcome<Flow>> {
        Some(match statement {
            Node::Count { label, variable, first, last, step, reverse, body } => {
                let bounds = self.bounds(first, last, step.as_deref(), *reverse);
                bounds.and_then(|values| self.repeat(label.as_ref(), std::slice::from_ref(variable), values, body))
            }
            Node::Elements { label, variables, array, body } => match self.environment().text(array) {
                Ok(Value::List(values)) => self.repeat(label.as_ref(), variables, values, body),
                Ok(_) => unknown("the array of a loop is not known"),
                Err(stop) => Err(stop),
            },
            Node::Rows { label, variables, query, body } => {
                self.found(query).and_then(|rows| self.repeat(label.as_ref(), variables, rows, body))
            }
            Node::RowsOfText { label, variables, text, using, body } => {
                if !using.is_empty() {
                    return Some(unknown("what the query of a loop is given is not modelled"));
                }
                let rows = match self.environment().text(text) {
                    Ok(Value::Text(text)) => self.found(&text),
                    Ok(_) => unknown("the query of a loop is not known"),
                    Err(stop) => Err(stop),
                };
                rows.and_then(|rows| self.repeat(label.as_ref(), variables, rows, body))
            }
            Node::Loop { label, condition, body } => self.while_holds(label.as_ref(), condition.as_deref(), body),
            _ => return None,
        })
    }

    fn bounds(&mut self, first: &str, last: &str, step: Option<&str>, reverse: bool) -> Outcome<Vec<Value>> {
        let environment = self.environment();
        let step = step.map_or(Ok(Value::Int(1)), |it| environment.text(it))?;
        let (first, last) = (environment.text(first)?, environment.text(last)?);
        let (Value::Int(first), Value::Int(last), Value::Int(step)) = (first, last, step) else {
            return unknown("the bounds of a loop are not known");
        };
        let Ok(step) = usize::try_from(step) else { return unknown("the step of a loop is not one") };
        if step == 0 {
            return unknown("the step of a loop is not one");
        }
        Ok(match reverse {
            false => (first..=last).step_by(step).take(MAX_STEPS).map(Value::Int).collect(),
            true => (last..=first).rev().step_by(step).take(MAX_STEPS).map(Value::Int).collect(),
        })
    }

    /// The rows of a loop's query.
    fn found(&mut self, query: &str) -> Outcome<Vec<Value>> {
        let Some(query) = catalog_query::read(query) else {
            return unknown("the query of a loop is not modelled");
        };
        self.open_query(&query)?;
        Ok(self.environment().rows(&query)?.into_iter().map(Value::Row).collect())
    }

    fn repeat(
        &mut self,
        label: Option<&Ident>,
        variables: &[Ident],
        values: Vec<Value>,
        body: &[Node],
    ) -> Outcome<Flow> {
        let outer = self.variables.len();
        for name in variables {
            if !self.variables.iter().any(|(it, _)| it == name) {
                self.variables.push((name.clone(), Value::Null));
            }
        }
        let mut left = Flow::On;
        for value in values {
            self.assign(variables, value)?;
            if let Some(flow) = self.turn(label, body)? {
                left = flow;
                break;
            }
        }
        self.variables.truncate(outer);
        Ok(left)
    }

    /// One target takes the value, several take the columns of a row.
    fn assign(&mut self, variables: &[Ident], value: Value) -> Outcome {
        match (variables, value) {
            ([only], value) => self.set(only, value),
            (several, Value::Row(row)) => several.iter().enumerate().try_for_each(|(place, variable)| {
                self.set(variable, row.get(place).map_or(Value::Null, |(_, value)| value.clone()))
            }),
            _ => unknown("what a loop assigns is not known"),
        }
    }

    fn while_holds(&mut self, label: Option<&Ident>, condition: Option<&str>, body: &[Node]) -> Outcome<Flow> {
        loop {
            self.count_step()?;
            if let Some(condition) = condition {
                self.open_for(condition)?;
                if !self.environment().condition(condition)? {
                    return Ok(Flow::On);
                }
            }
            if let Some(flow) = self.turn(label, body)? {
                return Ok(flow);
            }
        }
    }

    /// Once through the body; how the loop ends, where it does.
    fn turn(&mut self, label: Option<&Ident>, body: &[Node]) -> Outcome<Option<Flow>> {
        Ok(match self.statements(body)? {
            Flow::On => None,
            Flow::Left { to, again } if to.is_none() || to.as_ref() == label => (!again).then_some(Flow::On),
            other => Some(other),
        })
    }
}
