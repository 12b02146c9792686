//! What only rows can answer: the queries whose answers decide whether a statement succeeds.

use std::cell::OnceCell;

use crate::effect::{Precondition, RelationId};
use crate::expression::{Expression, Raises};
use crate::name::Ident;
use crate::pg::sqlstate::{self, SqlState};
use crate::pg::types::format::numeric_parts;
use crate::pg::types::{Type, TypeRef};
use crate::schema::constraint::ConstraintKind;
use crate::schema::index::KeyColumn;
use crate::schema::relation::{Column, Rows};
use crate::schema::user_type::TypeId;
use crate::schema::violation;
use crate::statement::column::base_type;
use crate::statement::execution::{Execution, Outcome, fail};
use crate::statement::known_rows;
use crate::statement::query;
use crate::statement::scope::TableScope;

/// Rows of the table for which the expression is false.
pub(super) fn violations(execution: &Execution, table: RelationId, expression: &Expression) -> Option<Precondition> {
    if execution.schema.table(table).rows == Rows::Empty {
        return None;
    }
    let name = execution.schema.relation(table).name.clone();
    let query = execution.schema.violations(table, expression, &name.to_string());
    Some(Precondition::new(query, "0", sqlstate::CHECK_VIOLATION))
}

/// Rows that a statement would write, as a query with the table's column names, and which of the
/// columns are given values.
pub(super) struct NewRows<'a> {
    /// A derived table: `(SELECT … FROM t WHERE …)`.
    pub(super) query: Text<'a>,
    /// Attribute numbers with a value from the statement; all others keep theirs.
    pub(super) assigned: Vec<u16>,
    /// Of those, the ones whose value is certainly not null.
    pub(super) never_null: Vec<u16>,
    /// Columns whose values are certainly within their type's length.
    pub(super) fits: Vec<u16>,
    /// Constraints that the rows meet already where they come from.
    pub(super) proved: Vec<Ident>,
    /// The rows of the table that stay as they are: a query, or `None` where all stay.
    pub(super) others: Text<'a>,
}

/// A text that is put together when it is asked for first: most rows leave no question.
pub(super) struct Text<'a> {
    make: Box<dyn Fn(&Execution) -> String + 'a>,
    made: OnceCell<String>,
}

impl<'a> Text<'a> {
    pub(super) fn new(make: impl Fn(&Execution) -> String + 'a) -> Self {
        Text { make: Box::new(make), made: OnceCell::new() }
    }

    fn of(&self, execution: &Execution) -> &str {
        self.made.get_or_init(|| (self.make)(execution))
    }
}

/// Asks what the table's constraints will make of the new rows.
pub(super) fn of_new_rows(execution: &mut Execution, table: RelationId, new: &NewRows<'_>) {
    without_uniqueness(execution, table, new);
    unique(execution, table, new);
}

/// The same for `ON CONFLICT`, which steps aside where a row is there already.
pub(super) fn without_uniqueness(execution: &mut Execution, table: RelationId, new: &NewRows<'_>) {
    values(execution, table, new);
    let constraints = execution.schema.table(table).constraints.clone();
    let touches = |columns: &[u16]| columns.iter().any(|column| new.assigned.contains(column));
    let live: Vec<(u16, Ident)> = {
        let columns = execution.schema.table(table).live();
        columns.filter(|(_, column)| column.not_null).map(|(number, column)| (number, column.name.clone())).collect()
    };
    for (number, name) in live {
        if new.assigned.contains(&number) && !new.never_null.contains(&number) {
            let query = format!("SELECT count(*) FROM {} AS new WHERE new.{name} IS NULL", new.query.of(execution));
            execution.precondition(query, "0", sqlstate::NOT_NULL_VIOLATION);
        }
    }
    for constraint in constraints.iter().filter(|it| it.enforced && !new.proved.contains(&it.name)) {
        match &constraint.kind {
            ConstraintKind::Check { expression, .. } => {
                // A NOT VALID check applies to every row written, whichever column changes.
                let columns: Vec<u16> = expression.columns().into_iter().collect();
                if touches(&columns) || !constraint.validated {
                    let condition = execution.schema.print_expression(table, expression);
                    let query =
                        format!("SELECT count(*) FROM {} AS new WHERE NOT ({condition})", new.query.of(execution));
                    execution.precondition(query, "0", sqlstate::CHECK_VIOLATION);
                }
            }
            // A part beside its whole asks nothing more than that.
            ConstraintKind::ForeignKey(_) if constraint.parent.as_ref().is_some_and(|(of, _)| *of == table) => {}
            ConstraintKind::ForeignKey(key) if touches(&key.columns) && !execution.pending.defers(constraint) => {
                let query = execution.schema.orphans(table, key, new.query.of(execution));
                execution.precondition(query, "0", sqlstate::FOREIGN_KEY_VIOLATION);
            }
            _ => {}
        }
    }
}

fn unique(execution: &mut Execution, table: RelationId, new: &NewRows<'_>) {
    for id in execution.schema.table(table).indexes.clone() {
        let index = execution.schema.index(id);
        if !(index.unique || index.exclusion) || !index.columns().iter().any(|column| new.assigned.contains(column)) {
            continue;
        }
        let index = index.clone();
        if !index.immediate {
            let constraints = execution.schema.table(table).constraints.clone();
            let own = constraints.iter().find(|it| it.index() == Some(id));
            if own.is_some_and(|it| execution.pending.defers(it)) {
                execution.pending.perhaps.insert(table);
                continue;
            }
        }
        if index.exclusion {
            execution.doubt("whether an exclusion constraint admits the rows is not known");
            continue;
        }
        let (query, others) = (new.query.of(execution), new.others.of(execution));
        let rows = format!("(SELECT * FROM {query} AS new UNION ALL {others}) AS after");
        let query = execution.schema.duplicates(&index, &rows);
        execution.precondition(query, "0", sqlstate::UNIQUE_VIOLATION);
    }
}

/// An expression computed for every row: fine unless one of them raises an error.
pub(super) fn computed(execution: &Execution, table: RelationId, text: &str, risks: &[SqlState]) -> Vec<Precondition> {
    if execution.schema.table(table).rows == Rows::Empty {
        return vec![];
    }
    let name = execution.schema.relation(table).name.clone();
    let query = violation::computed(text, &name.to_string());
    risks.iter().map(|risk| Precondition::new(query.clone(), "any number, without an error", *risk)).collect()
}

/// What computing an expression of the table over any rows may end with: where that is not known, the usual.
pub(super) fn raised(execution: &Execution, expression: &Expression) -> Vec<SqlState> {
    known_to_raise(execution, expression).unwrap_or_else(|| {
        vec![sqlstate::NUMERIC_VALUE_OUT_OF_RANGE, sqlstate::DIVISION_BY_ZERO, sqlstate::INVALID_TEXT_REPRESENTATION]
    })
}

/// The same; `None` where it is not known.
pub(super) fn known_to_raise(execution: &Execution, expression: &Expression) -> Option<Vec<SqlState>> {
    let scope = TableScope { execution, table: None, alias: None };
    let mut raises = Raises::new(&scope);
    let known = raises.expression(expression).is_ok() && query::called(execution, &mut raises).is_ok();
    known.then_some(raises.states)
}

/// Pairs of rows that an exclusion constraint does not admit.
pub(super) fn exclusion(execution: &mut Execution, id: RelationId, operators: &[&str]) -> Outcome {
    let index = execution.schema.index(id).clone();
    if matches!(execution.schema.table(index.table).rows, Rows::Empty | Rows::Exactly(1)) {
        return Ok(());
    }
    match known_rows::has_conflicts(execution, &index, operators) {
        Some(true) => {
            let message = format!("could not create exclusion constraint \"{}\"", execution.bare_name(id));
            return fail(sqlstate::EXCLUSION_VIOLATION, message);
        }
        Some(false) => return Ok(()),
        None => {}
    }
    let schema = &execution.schema;
    let columns: Option<Vec<String>> = index
        .keys
        .iter()
        .map(|key| match &key.column {
            KeyColumn::Attribute(number) => Some(schema.table(index.table).column_name(*number).to_string()),
            KeyColumn::Expression(_) => None,
        })
        .collect();
    let Some(columns) = columns.filter(|_| index.predicate.is_none()) else {
        execution.doubt("whether rows exclude each other is not known");
        return Ok(());
    };
    let pairs = columns.iter().zip(operators).map(|(column, operator)| format!("a.{column} {operator} b.{column}"));
    let name = schema.relation(index.table).name.clone();
    let query = format!(
        "SELECT count(*) FROM {name} AS a JOIN {name} AS b ON a.ctid < b.ctid AND {}",
        pairs.collect::<Vec<_>>().join(" AND ")
    );
    execution.precondition(query, "0", sqlstate::EXCLUSION_VIOLATION);
    Ok(())
}

/// Values that a type with a length, a precision or a domain's checks refuses.
fn values(execution: &mut Execution, table: RelationId, new: &NewRows<'_>) {
    for number in &new.assigned {
        if new.fits.contains(number) {
            continue;
        }
        let Some(column) = execution.schema.table(table).attribute(*number).cloned() else { continue };
        let name = format!("new.{}", column.name);
        if let TypeRef::User(id) = column.type_.base
            && execution.schema.domain_is_constrained(TypeId(id))
        {
            let domain = execution.schema.format_type(&column.type_);
            let rows = new.query.of(execution);
            let query = format!("SELECT count(CAST({name} AS {domain})) FROM {rows} AS new");
            for state in [sqlstate::CHECK_VIOLATION, sqlstate::NOT_NULL_VIOLATION] {
                execution.precondition(query.clone(), "any number, without an error", state);
            }
            continue;
        }
        let full = base_type(execution, &column.type_);
        let element = full.element().map(|it| it.with_modifier(full.modifier));
        let limited = element.map_or(full, |it| base_type(execution, &it));
        if element.is_some_and(|it| it != limited) && limited.modifier >= 0 {
            // Converting the value for the question would cut it off.
            execution.doubt("whether the elements fit the domain that they are of is not known");
            continue;
        }
        let rows = || match element {
            Some(_) => format!("{} AS new CROSS JOIN unnest({name}) AS of(element)", new.query.of(execution)),
            None => format!("{} AS new", new.query.of(execution)),
        };
        let value = if element.is_some() { "element" } else { &name };
        let plain = Type { modifier: -1, ..limited };
        let column = Column { type_: limited, ..column };
        let (condition, state) = match plain {
            _ if column.type_.modifier < 0 => continue,
            Type::VARCHAR | Type::BPCHAR => (
                format!("length(rtrim(CAST({value} AS text), ' ')) > {}", column.type_.modifier - 4),
                sqlstate::STRING_DATA_RIGHT_TRUNCATION,
            ),
            Type::NUMERIC => match numeric_parts(column.type_.modifier) {
                Some((precision, scale)) => (
                    format!("abs(round({value}, {scale})) >= 10 ^ {}", precision - scale),
                    sqlstate::NUMERIC_VALUE_OUT_OF_RANGE,
                ),
                None => continue,
            },
            _ => continue,
        };
        let query = format!("SELECT count(*) FROM {} WHERE {condition}", rows());
        execution.precondition(query, "0", state);
    }
}
