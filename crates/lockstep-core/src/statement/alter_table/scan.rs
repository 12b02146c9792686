//! The one pass over the rows at the end of `ALTER TABLE`, where they are known: `ATRewriteTable`.

use triomphe::Arc;

use crate::effect::{PgError, Precondition, RelationId};
use crate::expression::Expression;
use crate::expression::evaluate::{Computed, Trouble, Value};
use crate::name::Ident;
use crate::pg::sqlstate;
use crate::schema::known_rows::Row;
use crate::statement::execution::{Execution, Outcome};
use crate::statement::known_rows::{self, RowScope, compute_generated, has_duplicates};

/// What the subcommands want of every row.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// New values of columns, from the row as it was.
    pub(super) conversions: Vec<(u16, Expression)>,
    pub(super) checks: Vec<Check>,
    /// Columns that have one and the same value in every row.
    pub(super) constants: Vec<(u16, Value)>,
    /// `verify_new_notnull`: every column that may hold no null is looked at.
    pub(super) nulls: bool,
    /// What is certain even where the rows are not known.
    pub(super) failure: Option<PgError>,
    /// What decides where rows are not known.
    pub(super) questions: Vec<Precondition>,
}

/// A constraint that every row must satisfy, and the query that tells where they are not known.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) name: Ident,
    pub(super) expression: Arc<Expression>,
    pub(super) question: Option<Precondition>,
}

impl Check {
    /// `None`: whatever the rows are, they satisfy it.
    fn open(self, execution: &Execution, constants: &[(u16, Value)]) -> Option<Precondition> {
        let columns = self.expression.columns();
        let mut row = vec![Value::Unknown; columns.last().map_or(0, |it| usize::from(*it))];
        for (number, value) in constants.iter().filter(|(number, _)| columns.contains(number)) {
            row[usize::from(*number) - 1] = value.clone();
        }
        match RowScope::new(execution).over(&row).truth(&self.expression) {
            Ok(Some(true) | None) => None,
            _ => self.question,
        }
    }
}

impl Scan {
    pub(super) fn fails(&mut self, error: PgError) {
        self.failure.get_or_insert(error);
    }

    fn is_needed(&self) -> bool {
        !self.conversions.is_empty() || !self.checks.is_empty() || self.nulls
    }
}

/// Reads or rewrites the rows. What the rows do not tell is asked.
pub(super) fn run(execution: &mut Execution, table: RelationId, scan: &mut Scan, rewrites: bool) -> Outcome {
    let rows = if scan.is_needed() || rewrites { known_rows::rows(execution, table) } else { None };
    let Some(rows) = rows else {
        if let Some(error) = scan.failure.take() {
            return Err(error.into());
        }
        ask(execution, scan);
        if !scan.conversions.is_empty() {
            execution.schema.table_mut(table).known = None;
        }
        return Ok(());
    };
    let (made, computed) = pass(&RowScope::new(execution), table, scan, rewrites, &rows);
    match computed {
        Ok(()) => {}
        Err(Trouble::Error(error)) => return Err(error.into()),
        Err(Trouble::Unknown) => {
            if let Some(error) = scan.failure.take() {
                return Err(error.into());
            }
            ask(execution, scan);
        }
    }
    if !scan.conversions.is_empty() || rewrites {
        execution.schema.table_mut(table).set_known_rows(made, false);
    }
    if rewrites {
        build_indexes(execution, table)?;
    }
    Ok(())
}

fn ask(execution: &mut Execution, scan: &mut Scan) {
    let constants = std::mem::take(&mut scan.constants);
    let open: Vec<Precondition> = scan.checks.drain(..).filter_map(|check| check.open(execution, &constants)).collect();
    for question in scan.questions.drain(..).chain(open) {
        execution.precondition(question.query, &question.expected, question.sqlstate_otherwise);
    }
}

fn pass(
    scope: &RowScope<'_>,
    table: RelationId,
    scan: &Scan,
    rewrites: bool,
    rows: &[Row],
) -> (Vec<Row>, Computed<()>) {
    let mut made = vec![];
    let mut computed = Ok(());
    for row in rows {
        let mut new = row.to_vec();
        let one = of_row(scope, table, scan, rewrites, row, &mut new);
        made.push(new.into());
        match one {
            // With a doubt before it, the error is perhaps another one.
            Err(Trouble::Error(error)) if computed == Ok(()) => return (made, Err(Trouble::Error(error))),
            Err(_) => computed = Err(Trouble::Unknown),
            Ok(()) => {}
        }
    }
    (made, computed)
}

fn of_row(
    scope: &RowScope<'_>,
    table: RelationId,
    scan: &Scan,
    rewrites: bool,
    old: &Row,
    new: &mut [Value],
) -> Computed<()> {
    let mut open = false;
    for (number, conversion) in &scan.conversions {
        let over = scope.over(old);
        let value = match over.value(conversion) {
            Err(Trouble::Unknown) => {
                // Without a rewrite, the same bytes are seen as another type: nothing can be refused.
                open |= rewrites;
                over.known(conversion)?
            }
            other => other?,
        };
        if let Some(place) = new.get_mut(usize::from(*number) - 1) {
            *place = value;
        }
    }
    if rewrites {
        match compute_generated(scope, table, new) {
            Err(Trouble::Unknown) => open = true,
            other => other?,
        }
    }
    if open {
        return Err(Trouble::Unknown);
    }
    let execution = scope.execution();
    let relation = execution.bare_name(table);
    if scan.nulls || rewrites {
        for (number, column) in execution.schema.table(table).live().filter(|(_, column)| column.not_null) {
            match new.get(usize::from(number) - 1) {
                Some(Value::Null) => {
                    let name = column.name.as_str();
                    let message = format!("column \"{name}\" of relation \"{relation}\" contains null values");
                    return Err(Trouble::Error(PgError::new(sqlstate::NOT_NULL_VIOLATION, message)));
                }
                Some(Value::Unknown) | None => return Err(Trouble::Unknown),
                Some(_) => {}
            }
        }
    }
    for Check { name, expression, .. } in &scan.checks {
        if scope.over(new).truth(expression)? == Some(false) {
            let message =
                format!("check constraint \"{}\" of relation \"{relation}\" is violated by some row", name.as_str());
            return Err(Trouble::Error(PgError::new(sqlstate::CHECK_VIOLATION, message)));
        }
    }
    Ok(())
}

/// `finish_heap_swap` builds every index over the new rows.
fn build_indexes(execution: &Execution, table: RelationId) -> Outcome {
    for id in &execution.schema.table(table).indexes {
        let index = execution.schema.index(*id);
        if index.unique && has_duplicates(execution, index) == Some(true) {
            return Err(cannot_build(execution.bare_name(*id).as_str()).into());
        }
    }
    Ok(())
}

fn cannot_build(index: &str) -> PgError {
    PgError::new(sqlstate::UNIQUE_VIOLATION, format!("could not create unique index \"{index}\""))
}
