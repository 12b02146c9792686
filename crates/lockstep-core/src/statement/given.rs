//! What an `INSERT` gives the columns of its table: values, or defaults.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::relation::Table;
use crate::statement::column::domain_default;
use crate::statement::execution::Execution;
use crate::statement::rows::{is_default, is_null, never_null};
use crate::statement::scope::{Stored, stored_value};
use crate::syntax::expression::{Expr, QueryText, RowQuery, RowSource};

/// What each live column gets.
pub(super) struct Given {
    pub(super) number: u16,
    pub(super) name: Ident,
    /// Certainly no null in any row.
    pub(super) never_null: bool,
    /// Certainly a null in some row.
    pub(super) null: bool,
    /// Certainly a null in every row.
    pub(super) only_nulls: bool,
    /// A value of the statement's own, rather than a default.
    pub(super) written: bool,
    /// Its default in some row.
    pub(super) defaulted: bool,
    /// Copied from a column of the very same type: within its length, precision and domain.
    pub(super) fits: bool,
    /// The column that it is copied from as it is.
    from: Option<(RelationId, u16)>,
}

/// `rows`: those that the statement writes out; `query`: what yields them otherwise.
pub(super) fn given(
    execution: &Execution,
    table: RelationId,
    targets: &[u16],
    rows: Option<&[Vec<Expr>]>,
    query: Option<&QueryText>,
) -> Vec<Given> {
    let columns = execution.schema.table(table);
    let made = columns.live().map(|(number, column)| {
        let defaulted = column.default.is_some() || column.generated.is_some() || column.identity.is_some();
        // A sequence always has a next value.
        let default = column.default.clone().or_else(|| domain_default(execution, &column.type_));
        let default_is_value = column.identity.is_some()
            || default.as_ref().is_some_and(|it| {
                !it.relations().is_empty() || matches!(stored_value(it, execution), Stored::Value(_))
            });
        let null_by_default = match &default {
            Some(default) => matches!(stored_value(default, execution), Stored::Null),
            None => !defaulted,
        };
        let place = targets.iter().position(|target| *target == number);
        let mut it = Given {
            number,
            name: column.name.clone(),
            never_null: true,
            null: false,
            only_nulls: true,
            written: false,
            defaulted: false,
            fits: false,
            from: None,
        };
        let mut see = |value: Option<&Expr>| match value {
            Some(value) if !is_default(value) => {
                it.written = true;
                it.never_null &= never_null(value);
                it.null |= is_null(value);
                it.only_nulls &= is_null(value);
            }
            _ => {
                it.defaulted = true;
                it.never_null &= default_is_value;
                it.null |= null_by_default;
                it.only_nulls &= null_by_default;
            }
        };
        match (rows, place) {
            (Some([]), _) | (_, None) => see(None),
            (Some(rows), Some(place)) => rows.iter().for_each(|row| see(row.get(place))),
            (None, Some(_)) => (it.written, it.never_null, it.only_nulls) = (true, false, false),
        }
        it
    });
    let mut made: Vec<Given> = made.collect();
    if let Some(query) = query.and_then(|it| it.by_row.as_deref()) {
        know_copies(execution, query, table, targets, &mut made);
    }
    made
}

/// What is known of columns that a query copies as they are: what another table admitted, this one need not ask for again.
fn know_copies(execution: &Execution, query: &RowQuery, table: RelationId, targets: &[u16], given: &mut [Given]) {
    let Some((id, results)) = copied_from(execution, query) else { return };
    let schema = &execution.schema;
    for (target, from) in targets.iter().zip(results) {
        let Some(number) = from else { continue };
        let Some(column) = schema.table(id).attribute(number) else { continue };
        let Some(it) = given.iter_mut().find(|it| it.number == *target) else { continue };
        it.never_null |= column.not_null && schema.not_null_constraint(id, number).is_none_or(|it| it.validated);
        it.from = Some((id, number));
        it.fits = schema.table(table).attribute(*target).is_some_and(|target| target.type_ == column.type_);
    }
}

/// All rows that a query of the table yields obey its constraints: those of children may not, and nobody checks those
/// of foreign tables.
fn holds_its_rows(execution: &Execution, id: RelationId) -> bool {
    let schema = &execution.schema;
    let whole = |it: &Table| it.children.is_empty() || it.is_partitioned();
    schema.get(id).and_then(|it| it.table()).is_some_and(whole)
        && schema.descendants(id).iter().all(|(it, _)| schema.relation(*it).kind() != 'f')
}

/// The table that the query reads, and which of its columns each result is.
fn copied_from(execution: &Execution, query: &RowQuery) -> Option<(RelationId, Vec<Option<u16>>)> {
    let RowSource::Table { name, alias } = &query.source else { return None };
    let id = execution.resolve(name).ok().filter(|it| holds_its_rows(execution, *it))?;
    let source = execution.schema.get(id)?.table()?;
    let known_as = alias.as_ref().unwrap_or(&name.name);
    let number = |it: &Expr| match it {
        Expr::Column(parts) => match &parts[..] {
            [column] => source.column(column.as_str()).map(|it| it.0),
            [of, column] if of == known_as => source.column(column.as_str()).map(|it| it.0),
            _ => None,
        },
        _ => None,
    };
    let results = match &query.results {
        Some(all) => all.iter().map(number).collect(),
        None => source.live().map(|(number, _)| Some(number)).collect(),
    };
    Some((id, results))
}

/// Constraints of the table that rows copied from another meet, since that one holds them to the same.
pub(super) fn proved(execution: &Execution, table: RelationId, given: &[Given]) -> Vec<Ident> {
    let from = |number: u16| given.iter().find(|it| it.number == number)?.from;
    let Some((source, _)) = given.iter().find_map(|it| it.from) else { return vec![] };
    let (schema, into, source_table) =
        (&execution.schema, execution.schema.table(table), execution.schema.table(source));
    let columns = |all: &[u16]| -> Option<Vec<u16>> {
        all.iter().map(|it| from(*it).filter(|it| it.0 == source).map(|it| it.1)).collect()
    };
    let holds = |mine: &Constraint, theirs: &Constraint| match (&mine.kind, &theirs.kind) {
        (ConstraintKind::Check { expression, .. }, ConstraintKind::Check { expression: other, .. }) => {
            let all: Vec<u16> = expression.columns().into_iter().collect();
            let same_names = |(is, was): (&u16, &u16)| into.column_name(*is) == source_table.column_name(*was);
            columns(&all).is_some_and(|was| all.iter().zip(&was).all(same_names))
                && schema.print_expression(table, expression) == schema.print_expression(source, other)
        }
        (ConstraintKind::ForeignKey(key), ConstraintKind::ForeignKey(other)) => {
            let same = (key.references, &key.referenced_columns, key.match_full, key.period)
                == (other.references, &other.referenced_columns, other.match_full, other.period);
            same && columns(&key.columns).is_some_and(|it| it == other.columns)
        }
        _ => false,
    };
    let sure = |it: &&Constraint| it.validated && it.enforced && !it.deferrable;
    let is_proved = |mine: &&Constraint| source_table.constraints.iter().filter(sure).any(|it| holds(mine, it));
    into.constraints.iter().filter(is_proved).map(|it| it.name.clone()).collect()
}
