//! A step once more, on tables of whose rows nothing is known: what its rows keep it from.

use triomphe::Arc;

use crate::effect::RelationId;
use crate::input::sql::read::{ReadStatement, Section};
use crate::plan::Planned;
use crate::schema::relation::Relation;
use crate::simulate::Simulator;
use crate::simulate::trace::{Step, Trace, TransactionKind};
use crate::syntax::statement::Statement;

/// The step as it would be where the rows permit it, with the questions that decide.
/// `statement`: its own, or a variant of it.
pub fn with_any_rows(step: &Step, statement: Arc<Statement>, trace: &Trace) -> Option<Step> {
    let mut schema = step.before.clone();
    let with_rows = |it: &&Arc<Relation>| it.table().is_some_and(|it| !it.is_partitioned());
    let tables: Vec<RelationId> = schema.relations().filter(with_rows).map(|it| it.id).collect();
    tables.into_iter().for_each(|id| schema.table_mut(id).forget_rows());
    let mut simulator = Simulator::new(trace.version, schema, step.session.clone(), true);
    if step.in_block {
        simulator.open_block(TransactionKind::Explicit);
    }
    let read = ReadStatement {
        span: step.span,
        text: step.text.clone(),
        statement: Ok(statement),
        section: Section::Migration,
    };
    simulator.statement(&Planned { source: step.source, read, wrapped: None });
    simulator.steps.pop()
}
