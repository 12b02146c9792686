//! `INSERT`: `transformInsertStmt`, the checks of `ExecConstraints`, and the lookups of foreign keys.

use triomphe::Arc;

use crate::effect::{DataChangeKind, RelationId, WorkKind};
use crate::expression::Kind;
use crate::name::{Ident, quote_identifier};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::known_rows::Row;
use crate::schema::rule::RuleEvent;
use crate::schema::sequence::LastValue;
use crate::statement::Command;
use crate::statement::calls::functions_read_or_take;
use crate::statement::column::missing_column;
use crate::statement::conflict;
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::firing::{self, Change, RowEvent};
use crate::statement::given::{Given, given, proved};
use crate::statement::known_rows::{self, Cell, Inserted, Source, Verdict};
use crate::statement::overriding::refuse_computed;
use crate::statement::partition;
use crate::statement::query::row_security;
use crate::statement::referential;
use crate::statement::row_checks::{self, NewRows, Text};
use crate::statement::row_sequences::{ask_sequences, lock_sequences};
use crate::statement::row_target::{refuse_view, values, writable};
use crate::statement::rows::{assignable, fits, is_default, unlimited};
use crate::statement::rule::refuse_rules;
use crate::statement::scope::TableScope;
use crate::statement::select;
use crate::statement::sequence_function::{self, exhausted};
use crate::syntax;
use crate::syntax::expression::Expr;
use crate::syntax::statement::{Insert, InsertSource, Overriding, Statement};

/// How rows come to the table.
#[derive(Clone, Copy)]
struct Way {
    named: bool,
    /// A policy refuses every row.
    refused: bool,
}

impl Command for Insert {
    fn run(&self, execution: &mut Execution) -> Outcome {
        self.run_into(execution, true)
    }
}

impl Insert {
    /// `named`: the statement names the table, which rows of partitions' are not.
    fn run_into(&self, execution: &mut Execution, named: bool) -> Outcome {
        let table = execution.open_in_query(&self.table, LockMode::RowExclusive, "rows of the table are written")?;
        let relation = execution.bare_name(table);
        refuse_rules(execution, table, RuleEvent::Insert)?;
        refuse_view(execution, table)?;
        if execution.schema.relation(table).table().is_none() {
            let kind = Execution::kind_words(execution.schema.relation(table));
            return fail(sqlstate::WRONG_OBJECT_TYPE, format!("cannot change {kind} \"{relation}\""));
        }
        let targets = self.targets(execution, table, &relation)?;
        let refused = named && row_security::write(execution, table, &self.asks(), &self.rows())?;
        writable(execution, "INSERT", table)?;
        let change = Change { event: RowEvent::Insert, columns: None, rows: true, statement: named };
        let fired = firing::fire_some(execution, table, change)?;
        let certain = self.on_conflict_update.is_none() && !matches!(self.source, InsertSource::Query(_));
        fired.around(execution, table, certain, |execution| {
            self.write(execution, table, &targets, Way { named, refused })
        })
    }

    fn write(&self, execution: &mut Execution, table: RelationId, targets: &[u16], way: Way) -> Outcome {
        let relation = execution.bare_name(table);
        if self.writes_long_values() {
            execution.schema.table_mut(table).long_values = true;
        }
        let into = execution.schema.table(table);
        if into.is_partitioned() || into.is_partition() {
            let mut columns: Vec<Ident> = targets.iter().map(|it| into.column_name(*it)).collect();
            if let InsertSource::Query(query) = &self.source {
                return partition::spread::run(self, query, execution, table, targets);
            }
            let InsertSource::Values(rows) = &self.source else {
                return unknown("which partition takes the rows is not known");
            };
            // A short row fills the first columns only.
            if let (Some(first), true) = (rows.first(), self.columns.is_empty()) {
                columns.truncate(first.len());
            }
            let (partition, partitioned) = (into.is_partition(), into.is_partitioned());
            if partition && way.named {
                partition::routing::check(execution, table, &columns, rows)?;
            } else if firing::fires_before_rows(execution, table, RowEvent::Insert) {
                partition::constraint::read_bound(execution, table);
            }
            if partitioned {
                if let Some(conflict) = &self.conflict {
                    conflict::open_root(conflict, execution, table)?;
                }
                return self.distribute(execution, table, targets, columns, rows);
            }
        }
        let mut taken = vec![];
        match &self.source {
            InsertSource::Query(query) => {
                taken = select::read_and_take(execution, query)?;
                select::check_columns(execution, query, &[])?;
            }
            _ => {
                for name in &self.reads {
                    select::read_relation(execution, name, LockMode::AccessShare)?;
                }
            }
        }
        if self.opaque {
            return unknown("a clause of this INSERT is not modelled");
        }
        if self.overriding == Some(Overriding::User)
            && let Some(defaulted) = self.without_users_values(execution, table, targets)?
        {
            return defaulted.run(execution);
        }
        if let Some(conflict) = &self.conflict {
            conflict::check(self, conflict, execution, table, targets, way.named)?;
        }
        let (rows, source) = match &self.source {
            InsertSource::Values(rows) => {
                for value in rows.iter().flatten() {
                    taken.extend(sequence_function::called(execution, value)?);
                }
                let source = check_values(self, execution, table, targets, rows)?;
                (Some(rows.as_slice()), source)
            }
            InsertSource::DefaultValues => {
                let none = vec![Cell::Default; execution.schema.table(table).columns.len()];
                (Some(&[][..]), Some(Source { rows: vec![(Arc::from(vec![]), Arc::new(none))], constants: true }))
            }
            InsertSource::Query(query) => {
                let plain = query.by_row.as_ref();
                (None, plain.and_then(|it| known_rows::rows_of_query(execution, it, table, targets)))
            }
        };
        let plain = |rows: &[Vec<Expr>]| rows.iter().flatten().all(|it| matches!(it, Expr::Literal(_)));
        if way.refused && rows.is_some_and(plain) && self.conflict.is_none() {
            let message = format!("new row violates row-level security policy for table \"{relation}\"");
            return fail(sqlstate::INSUFFICIENT_PRIVILEGE, message);
        }
        let query = if let InsertSource::Query(query) = &self.source { Some(query) } else { None };
        let given = given(execution, table, targets, rows, query);
        let ignores_conflicts = self.on_conflict_update == Some(false);
        // What `DO UPDATE` makes of the rows is not told row by row.
        let source = source.filter(|_| self.on_conflict_update != Some(true));
        let known = source.and_then(|it| known_rows::insert(execution, table, &it, ignores_conflicts));
        if let Some(known) = known {
            // What was not computed may have been called all the same.
            taken
                .into_iter()
                .for_each(|it| execution.lock_for_rows(it, LockMode::RowExclusive, known_rows::TAKEN, false));
            return finish_known(self, execution, table, targets, rows, &given, known);
        }
        let plain = rows.is_some_and(|rows| rows.iter().flatten().all(sequence_function::calls_once_or_never));
        while let Some(sequence) = taken.pop() {
            let others = taken.len();
            taken.retain(|it| *it != sequence);
            let count = 1 + (others - taken.len()) as u64;
            sequence_function::take(execution, sequence, plain.then_some(count), plain)?;
        }
        if rows.is_some() {
            refuse_nulls(execution, table, &given, &relation)?;
        }
        ask(self, execution, table, targets, rows, &given);
        finish(self, execution, table, rows, &given)
    }
    /// Each partition takes its rows as if it were named.
    fn distribute(
        &self,
        execution: &mut Execution,
        table: RelationId,
        targets: &[u16],
        columns: Vec<Ident>,
        rows: &[Vec<Expr>],
    ) -> Outcome {
        let distributed = match partition::routing::distribute(execution, table, &columns, rows) {
            Err(Stop::Unknown(_)) if !rows.iter().flatten().any(is_default) => {
                check_values(self, execution, table, targets, rows)?;
                let Ok(Statement::Select(query)) = syntax::parse(&self.rows()) else {
                    return unknown("which partition takes the rows is not known");
                };
                let statement = Insert { source: InsertSource::Query(query.clone()), ..self.clone() };
                return partition::spread::run(&statement, &query, execution, table, targets);
            }
            distributed => distributed?,
        };
        for (partition, rows) in distributed {
            // `ExecInitPartitionDispatchInfo`: the tables on the way are opened for writing, too.
            let mut above = execution.schema.partition_parent(partition);
            while let Some(id) = above.filter(|it| *it != table) {
                execution.lock(id, LockMode::RowExclusive, "rows find their partition through it");
                above = execution.schema.partition_parent(id);
            }
            let table = partition::routing::name_of(execution, partition);
            // Other clauses may call it by the name of the table that is written to.
            let alias = self.alias.clone().or_else(|| Some(self.table.name.clone()));
            let part =
                Insert { alias, table, columns: columns.clone(), source: InsertSource::Values(rows), ..self.clone() };
            part.run_into(execution, false)?;
        }
        Ok(())
    }

    /// `checkInsertTargets`.
    fn targets(&self, execution: &Execution, table: RelationId, relation: &str) -> Outcome<Vec<u16>> {
        let columns = execution.schema.table(table);
        if self.columns.is_empty() {
            return Ok(columns.live().map(|(number, _)| number).collect());
        }
        let mut targets = vec![];
        for name in &self.columns {
            let Some((number, _)) = columns.column(name.as_str()) else {
                return Err(missing_column(name, relation).into());
            };
            if targets.contains(&number) {
                // Fields and elements of one column may be given one by one.
                if self.opaque {
                    return unknown("values for parts of a column are not modelled");
                }
                let message = format!("column \"{}\" specified more than once", name.as_str());
                return fail(sqlstate::DUPLICATE_COLUMN, message);
            }
            targets.push(number);
        }
        Ok(targets)
    }
}

pub(super) fn check_values(
    statement: &Insert,
    execution: &Execution,
    table: RelationId,
    targets: &[u16],
    rows: &[Vec<Expr>],
) -> Outcome<Option<Source>> {
    let scope = TableScope { execution, table: None, alias: None };
    let width = execution.schema.table(table).columns.len();
    let mut made = vec![];
    let mut computable = true;
    let kind = if rows.len() == 1 { Kind::SingleValue } else { Kind::Value };
    for row in rows {
        let mut typed = vec![Cell::Default; width];
        if rows.first().is_some_and(|first| first.len() != row.len()) {
            return fail(sqlstate::SYNTAX_ERROR, "VALUES lists must all be the same length");
        }
        if row.len() > targets.len() {
            return fail(sqlstate::SYNTAX_ERROR, "INSERT has more expressions than target columns");
        }
        if row.len() < targets.len() && !statement.columns.is_empty() {
            return fail(sqlstate::SYNTAX_ERROR, "INSERT has more target columns than expressions");
        }
        for (number, value) in targets.iter().zip(row) {
            if is_default(value) {
                continue;
            }
            let Some(column) = execution.schema.table(table).attribute(*number) else { continue };
            refuse_computed(column, statement.overriding)?;
            functions_read_or_take(execution, value)?;
            let mut queries = vec![];
            value.visit(&mut |it| {
                if let Expr::Query(query) = it {
                    queries.push(select::check_columns(execution, query, &[]));
                }
            });
            let has_query = !queries.is_empty();
            queries.into_iter().collect::<Outcome>()?;
            computable &= !has_query;
            if !has_query {
                let value = assignable(execution, &scope, table, *number, value, kind)?;
                typed[usize::from(*number) - 1] = Cell::Value(value);
            }
        }
        made.push((Row::from(vec![]), Arc::new(typed)));
    }
    Ok(computable.then_some(Source { rows: made, constants: true }))
}

/// A null that a `NOT NULL` column would get: `ExecConstraints` refuses the first of them.
fn refuse_nulls(execution: &Execution, table: RelationId, given: &[Given], relation: &str) -> Outcome {
    for it in given.iter().filter(|it| it.null) {
        let not_null = execution.schema.table(table).attribute(it.number).is_some_and(|column| column.not_null);
        if not_null {
            let message = format!(
                "null value in column \"{}\" of relation \"{relation}\" violates not-null constraint",
                it.name.as_str()
            );
            return fail(sqlstate::NOT_NULL_VIOLATION, message);
        }
    }
    Ok(())
}

pub(super) fn ask(
    statement: &Insert,
    execution: &mut Execution,
    table: RelationId,
    targets: &[u16],
    rows: Option<&[Vec<Expr>]>,
    given: &[Given],
) {
    if matches!(rows, Some([]) | None) && !matches!(statement.source, InsertSource::Query(_)) {
        return;
    }
    let query = |execution: &Execution| {
        let columns: Vec<String> =
            targets.iter().map(|number| execution.schema.table(table).column_name(*number).to_string()).collect();
        let source = match (&statement.source, rows) {
            (InsertSource::Query(query), _) => query.text.clone(),
            (_, rows) => values(rows.unwrap_or_default()),
        };
        // A short row fills the first columns only.
        let width = rows.and_then(|rows| rows.first()).map_or(columns.len(), Vec::len);
        let named = columns.iter().take(width).map(|it| format!("given_{}", it.trim_matches('"'))).collect::<Vec<_>>();
        let list = given.iter().map(|it| {
            let type_ = execution.schema.table(table).attribute(it.number).map(|column| column.type_);
            let type_ = type_.map(|it| unlimited(execution, &it)).unwrap_or_default();
            let place = targets.iter().take(width).position(|target| *target == it.number);
            let value = place.map_or("NULL".to_owned(), |place| quote_identifier(&named[place]));
            format!("CAST({value} AS {type_}) AS {}", it.name)
        });
        let list = list.collect::<Vec<_>>().join(", ");
        let aliases = named.iter().map(|it| quote_identifier(it)).collect::<Vec<_>>().join(", ");
        format!("(SELECT {list} FROM ({source}) AS source({aliases}))")
    };
    let others = |execution: &Execution| {
        let columns = given.iter().map(|it| it.name.to_string()).collect::<Vec<_>>().join(", ");
        format!("SELECT {columns} FROM {}", execution.schema.relation(table).name)
    };
    let new = NewRows {
        query: Text::new(query),
        assigned: given.iter().filter(|it| it.written).map(|it| it.number).collect(),
        never_null: given.iter().filter(|it| it.never_null).map(|it| it.number).collect(),
        fits: given
            .iter()
            .filter(|it| {
                let place = targets.iter().position(|target| *target == it.number);
                let values = place.and_then(|place| Some(rows?.iter().map(move |row| row.get(place))));
                it.fits
                    || values.is_some_and(|mut values| {
                        values.all(|value| value.is_none_or(|value| fits(execution, table, it.number, value)))
                    })
            })
            .map(|it| it.number)
            .collect(),
        proved: proved(execution, table, given),
        others: Text::new(others),
    };
    if statement.on_conflict_update.is_none() {
        row_checks::of_new_rows(execution, table, &new);
    } else {
        row_checks::without_uniqueness(execution, table, &new);
    }
}

/// Where the rows are known: what is certain is said, the rest is asked.
fn finish_known(
    statement: &Insert,
    execution: &mut Execution,
    table: RelationId,
    targets: &[u16],
    rows: Option<&[Vec<Expr>]>,
    given: &[Given],
    known: Inserted,
) -> Outcome {
    if !known.rows.is_empty() {
        execution.work(table, WorkKind::WriteRows, None, "rows are inserted");
        execution.data_change(table, None, DataChangeKind::Inserted);
    }
    referential::look_up_by_rows(execution, table, &known.asked);
    match known.verdict {
        Verdict::Fine => {}
        Verdict::Fails(error) => return Err(error.into()),
        Verdict::Open => {
            if rows.is_some() {
                let relation = execution.bare_name(table);
                refuse_nulls(execution, table, given, &relation)?;
            }
            ask(statement, execution, table, targets, rows, given);
            ask_sequences(execution, table, given);
        }
    }
    execution.schema.table_mut(table).add_known_rows(known.rows);
    Ok(())
}

pub(super) fn finish(
    statement: &Insert,
    execution: &mut Execution,
    table: RelationId,
    rows: Option<&[Vec<Expr>]>,
    given: &[Given],
) -> Outcome {
    execution.work(table, WorkKind::WriteRows, None, "rows are inserted");
    let written: Vec<u16> = given.iter().filter(|it| it.written).map(|it| it.number).collect();
    let null: Vec<u16> = given.iter().filter(|it| it.only_nulls).map(|it| it.number).collect();
    // Written out, and no conflict keeps them out.
    let certain = match (rows, &statement.source) {
        (Some(_), _) => true,
        (_, InsertSource::Query(query)) => query.rows.is_some_and(|it| it > 0),
        _ => false,
    };
    let valued = given.iter().filter(|it| certain && statement.on_conflict_update.is_none() && it.never_null);
    let surely: Vec<u16> = valued.map(|it| it.number).collect();
    referential::look_up_referenced(execution, table, &written, &null, &surely);
    lock_sequences(execution, table, given, certain, rows.map(|it| it.len().max(1) as u64));
    execution.data_change(table, None, DataChangeKind::Inserted);
    let count = match (rows, &statement.source, statement.on_conflict_update) {
        (_, InsertSource::DefaultValues, None) => Some(1),
        (_, InsertSource::Query(query), None) => query.rows,
        (Some(rows), _, None) => Some(rows.len() as u64),
        _ => None,
    };
    let was_empty = execution.schema.table(table).rows == crate::schema::relation::Rows::Empty;
    execution.schema.table_mut(table).columns.note_nulls(|place, column| {
        match given.iter().rfind(|it| usize::from(it.number) == place + 1) {
            Some(it) => {
                let filled = it.never_null && (was_empty || column.filled);
                (filled, column.has_null || it.null && count.is_some())
            }
            None => (column.filled, column.has_null),
        }
    });
    let sequences = execution.schema.table(table).sequences.clone();
    for id in sequences {
        let owner = execution.schema.get(id).and_then(|it| it.sequence()?.owner);
        let own = owner.and_then(|owner| given.iter().find(|it| it.number == owner.column));
        if own.is_some_and(|it| !it.written)
            && let Some(sequence) = execution.schema.sequence_mut(id)
        {
            if count.is_some_and(|count| sequence.ends_within(count)) {
                let sequence = sequence.clone();
                let name = execution.bare_name(id);
                return fail(sqlstate::SEQUENCE_GENERATOR_LIMIT_EXCEEDED, sequence.end(&name));
            }
            let unknown = sequence.last_value == LastValue::Unknown;
            sequence.advance(count);
            if unknown {
                let query = exhausted(&execution.schema.relation(id).name);
                execution.precondition(query, "0", sqlstate::SEQUENCE_GENERATOR_LIMIT_EXCEEDED);
            }
        } else if let Some(sequence) = execution.schema.sequence_mut(id).filter(|_| rows.is_some()) {
            // Rows with and without a value of their own: the count is not known.
            let mixed =
                own.is_some_and(|it| it.written) && rows.is_some_and(|rows| rows.iter().flatten().any(is_default));
            sequence.advance(if mixed { None } else { Some(0) });
        }
    }
    let table = execution.schema.table_mut(table);
    table.rows = table.rows.plus(count);
    table.known = None;
    Ok(())
}
