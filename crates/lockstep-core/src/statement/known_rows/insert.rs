//! `INSERT`: `ExecInsert` for rows that can be computed.

use std::collections::BTreeSet;

use triomphe::Arc;

use crate::effect::{PgError, RelationId};
use crate::expression::Expression;
use crate::expression::Volatility;
use crate::expression::evaluate::{Computed, Trouble, Value};
use crate::pg::sqlstate;
use crate::schema::index::Index;
use crate::schema::known_rows::Row;
use crate::statement::column::domain_default;
use crate::statement::execution::Execution;
use crate::statement::known_rows::{RowScope, Verdict, checks, references, rows, sequences, uniqueness};

/// Rows to be inserted: expressions over a row of the source, by the place of the column.
pub(in crate::statement) struct Source {
    pub(in crate::statement) rows: Vec<(Row, Arc<Given>)>,
    /// Written out, so that all constants are computed before the first row is inserted.
    pub(in crate::statement) constants: bool,
}

pub(in crate::statement) type Given = Vec<Cell>;

/// What a statement gives one column.
#[derive(Debug, Clone)]
pub(in crate::statement) enum Cell {
    Default,
    Value(Expression),
    /// Something that is not modelled: `true` where it is certainly no null.
    Unread(bool),
}

/// What the statement does where rows are known.
pub(in crate::statement) struct Inserted {
    pub(in crate::statement) verdict: Verdict,
    pub(in crate::statement) rows: Vec<Row>,
    /// Foreign keys, by their place, that some row certainly asks after.
    pub(in crate::statement) asked: BTreeSet<usize>,
}

/// `None` where the table's rows are not known. The rows are not stored yet: the caller does.
pub(in crate::statement) fn insert(
    execution: &mut Execution,
    table: RelationId,
    source: &Source,
    ignores_conflicts: bool,
) -> Option<Inserted> {
    let before = rows(execution, table)?;
    let scope = RowScope::new(execution);
    let mut made: Vec<Row> = vec![];
    let mut verdict = Verdict::of(constants(&scope, source));
    if verdict == Verdict::Fine {
        verdict = Verdict::of(each(&scope, table, source, &before, &mut made, ignores_conflicts));
    }
    let mut asked = BTreeSet::new();
    if !matches!(verdict, Verdict::Fails(_)) {
        let (found, keys) = foreign_keys(&scope, table, &before, &made);
        asked = keys;
        if verdict == Verdict::Fine {
            verdict = found;
        }
    }
    let moved = scope.sequences.take();
    sequences::keep(execution, moved);
    Some(Inserted { verdict, rows: made, asked })
}

/// `eval_const_expressions`: errors of constants come before anything is done.
fn constants(scope: &RowScope<'_>, source: &Source) -> Computed<()> {
    if !source.constants {
        return Ok(());
    }
    for cell in source.rows.iter().flat_map(|(_, given)| given.iter()) {
        let Cell::Value(expression) = cell else { continue };
        if expression.volatility() != Volatility::Immutable || !expression.columns().is_empty() {
            continue;
        }
        match scope.over(&[]).value(expression) {
            // What a domain says comes when the row is made.
            Err(Trouble::Error(error)) if error.sqlstate.to_string().starts_with("22") => {
                return Err(Trouble::Error(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Row by row; every row is made, also behind something that is not known.
fn each(
    scope: &RowScope<'_>,
    table: RelationId,
    source: &Source,
    before: &[Row],
    made: &mut Vec<Row>,
    ignores_conflicts: bool,
) -> Computed<()> {
    let indexes = uniqueness::indexes(scope.scope.execution, table);
    let mut open = false;
    for (input, given) in &source.rows {
        let (row, fine) = build(scope, table, given, input);
        match fine {
            Ok(()) => {}
            Err(Trouble::Unknown) => open = true,
            // With a doubt before it, the error is perhaps another one.
            Err(error) => return if open { Err(Trouble::Unknown) } else { Err(error) },
        }
        match conflicts(scope, table, &indexes, before, made, &row, ignores_conflicts) {
            Ok(true) => continue,
            Ok(false) => {}
            Err(Trouble::Unknown) => open = true,
            Err(error) => return if open { Err(Trouble::Unknown) } else { Err(error) },
        }
        made.push(row);
    }
    if open { Err(Trouble::Unknown) } else { Ok(()) }
}

/// The row with all its columns, and whether it may be written. What is not known of a value is left
/// open in it.
fn build(scope: &RowScope<'_>, table: RelationId, given: &Given, input: &[Value]) -> (Row, Computed<()>) {
    let execution = scope.scope.execution;
    let columns = execution.schema.table(table);
    let mut row = vec![Value::Null; columns.columns.len()];
    let mut open = false;
    let mut fill = |place: usize, value: Computed, otherwise: &dyn Fn() -> Computed| {
        row[place] = match value {
            Err(Trouble::Unknown) => {
                open = true;
                otherwise()?
            }
            other => other?,
        };
        Ok::<(), Trouble>(())
    };
    let mut failure = None;
    for (number, column) in columns.live() {
        let place = usize::from(number) - 1;
        let own = given.get(place).unwrap_or(&Cell::Default);
        let default = column.default.clone().or_else(|| domain_default(execution, &column.type_));
        let filled = match (own, &default) {
            _ if column.generated.is_some() => Ok(()),
            (Cell::Unread(value), _) => {
                fill(place, Err(Trouble::Unknown), &|| Ok(if *value { Value::Something } else { Value::Unknown }))
            }
            (Cell::Value(expression), _) => {
                let over = scope.over(input);
                fill(place, over.value(expression), &|| over.known(expression))
            }
            (Cell::Default, _) if column.identity.is_some() => {
                let id = identity_sequence(execution, table, number);
                let next = id.map_or(Err(Trouble::Unknown), |id| sequences::next_value(scope, id));
                fill(place, next, &|| Ok(Value::Something))
            }
            (Cell::Default, Some(default)) => {
                let over = scope.over(&[]);
                fill(place, over.value(default), &|| over.known(default))
            }
            (Cell::Default, None) => {
                fill(place, scope.over(&[]).to_domain(Value::Null, column.type_), &|| Ok(Value::Null))
            }
        };
        if let Err(error) = filled {
            failure = Some(error);
            break;
        }
    }
    let written = match failure {
        Some(error) => Err(error),
        None => match checks::compute_generated(scope, table, &mut row) {
            Err(Trouble::Unknown) => {
                open = true;
                checks::written(scope, table, &row)
            }
            Err(error) => Err(error),
            Ok(()) => checks::written(scope, table, &row),
        },
    };
    let fine = match written {
        _ if open => Err(Trouble::Unknown),
        other => other,
    };
    (row.into(), fine)
}

pub(in crate::statement) fn identity_sequence(
    execution: &Execution,
    table: RelationId,
    column: u16,
) -> Option<RelationId> {
    let sequences = execution.schema.table(table).sequences.iter().copied();
    let owner = |id: RelationId| execution.schema.get(id).and_then(|it| it.sequence()?.owner);
    let mut own = sequences.filter(|id| owner(*id).is_some_and(|it| it.column == column && it.identity));
    own.next()
}

/// `ExecInsertIndexTuples`: whether the row is left out because another has its key
/// (`ON CONFLICT DO NOTHING`).
fn conflicts(
    scope: &RowScope<'_>,
    table: RelationId,
    indexes: &[(RelationId, Index)],
    before: &[Row],
    made: &[Row],
    row: &Row,
    ignores_conflicts: bool,
) -> Computed<bool> {
    let execution = scope.scope.execution;
    for (id, index) in indexes {
        let others = || before.iter().chain(made);
        if index.exclusion {
            match others().next() {
                Some(_) => return Err(Trouble::Unknown),
                None => continue,
            }
        }
        let Some(key) = uniqueness::key(scope, index, row)? else { continue };
        let mut doubtful = false;
        for other in others() {
            let same = match uniqueness::key(scope, index, other) {
                Ok(Some(theirs)) => uniqueness::same_key(scope, index, &key, &theirs),
                Ok(None) => Ok(false),
                Err(trouble) => Err(trouble),
            };
            match same {
                Ok(false) => {}
                // Which of several indexes the statement names is not kept.
                Ok(true) if ignores_conflicts && indexes.len() == 1 => return Ok(true),
                Ok(true) if ignores_conflicts || is_deferred(execution, table, *id) => return Err(Trouble::Unknown),
                Ok(true) => return Err(Trouble::Error(duplicate(execution, *id))),
                Err(_) => doubtful = true,
            }
        }
        if doubtful {
            return Err(Trouble::Unknown);
        }
    }
    Ok(false)
}

/// Whether the check waits for the end of the transaction.
pub(super) fn is_deferred(execution: &Execution, table: RelationId, index: RelationId) -> bool {
    let constraints = &execution.schema.table(table).constraints;
    constraints.iter().any(|it| it.index() == Some(index) && execution.pending.defers(it))
}

pub(super) fn duplicate(execution: &Execution, index: RelationId) -> PgError {
    let name = execution.bare_name(index);
    let message = format!("duplicate key value violates unique constraint \"{name}\"");
    PgError::new(sqlstate::UNIQUE_VIOLATION, message)
}

/// The checks of foreign keys fire when all rows are there.
fn foreign_keys(scope: &RowScope<'_>, table: RelationId, before: &[Row], made: &[Row]) -> (Verdict, BTreeSet<usize>) {
    let execution = scope.scope.execution;
    let mut verdict = Verdict::Fine;
    let mut asked = BTreeSet::new();
    for (place, constraint) in execution.schema.table(table).constraints.iter().enumerate() {
        let Some(key) = constraint.foreign_key().filter(|_| constraint.enforced) else { continue };
        let asking = made.iter().any(|row| references::asks(key, row) != Ok(Some(false)));
        if !asking {
            continue;
        }
        asked.insert(place);
        if execution.pending.defers(constraint) || verdict != Verdict::Fine {
            continue;
        }
        let referenced = match key.references == table {
            true => Some(before.iter().chain(made).cloned().collect()),
            false => rows(execution, key.references),
        };
        let fine = referenced.and_then(|it: Vec<Row>| references::all_refer(scope, table, key, made, &it).ok());
        verdict = match fine {
            Some(true) => Verdict::Fine,
            Some(false) => Verdict::Fails(references::orphan(execution, table, constraint.name.as_str())),
            None => Verdict::Open,
        };
    }
    (verdict, asked)
}

/// The rows with a value for a column that was just added: its default, or the next one of its sequence.
pub(in crate::statement) fn widened(
    execution: &mut Execution,
    table: RelationId,
    number: u16,
    rows: &[Row],
) -> Computed<Vec<Row>> {
    let scope = RowScope::new(execution);
    let columns = execution.schema.table(table);
    let Some(column) = columns.attribute(number) else { return Err(Trouble::Unknown) };
    let mut made = vec![];
    for row in rows {
        let mut row = row.to_vec();
        let over = scope.over(&row);
        let value = match (&column.generated, &column.default) {
            (Some(generated), _) => over.known(&generated.expression)?,
            (None, _) if column.identity.is_some() => {
                match identity_sequence(execution, table, number).map(|id| sequences::next_value(&scope, id)) {
                    Some(Ok(value)) => value,
                    Some(Err(Trouble::Error(error))) => return Err(Trouble::Error(error)),
                    Some(Err(Trouble::Unknown)) | None => Value::Something,
                }
            }
            (None, Some(default)) => over.known(default)?,
            (None, None) => over.to_domain(Value::Null, column.type_)?,
        };
        row.push(value);
        made.push(row.into());
    }
    let moved = scope.sequences.take();
    sequences::keep(execution, moved);
    Ok(made)
}
