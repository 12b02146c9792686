//! `ADD COLUMN`: `ATExecAddColumn`.

use crate::effect::{PgError, Precondition, RelationId};
use crate::expression::evaluate::{Trouble, Value};
use crate::expression::{Expression, Volatility};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::types::{Type, TypeRef};
use crate::schema::known_rows::Row;
use crate::schema::relation::Rows;
use crate::schema::user_type::{TypeId, UserTypeKind};
use crate::statement::alter_table::{Altered, add_constraint, row_type};
use crate::statement::check_constraint::add_not_null;
use crate::statement::column::{self, Definition, domain_default, domain_with_constraints};
use crate::statement::create_table::{finish_column, make_sequence};
use crate::statement::execution::{Execution, Outcome, fail};
use crate::statement::known_rows::{self, RowScope};
use crate::statement::row_checks;
use crate::statement::scope::{self, Stored};
use crate::syntax::statement::{ColumnDefinition, TableConstraint, TableConstraintKind};

const REWRITE: &str = "the new column's value differs from row to row, so every row is written anew";

pub(super) fn run(
    execution: &mut Execution,
    table: RelationId,
    altered: &mut Altered,
    definition: &ColumnDefinition,
    if_not_exists: bool,
) -> Outcome {
    let relation = execution.schema.relation(table);
    let (full, persistence) = (relation.name.clone(), relation.persistence);
    let name = definition.name.clone();
    // `check_for_column_name_collision` comes first: nothing of the definition is looked at.
    if execution.schema.table(table).column(name.as_str()).is_some() {
        let message = format!("column \"{}\" of relation \"{}\" already exists", name.as_str(), full.name.as_str());
        if if_not_exists {
            execution.notice(format!("{message}, skipping"));
            return Ok(());
        }
        return fail(sqlstate::DUPLICATE_COLUMN, message);
    }
    let parts = column::transform(execution, full.name.as_str(), definition)?;
    if execution.schema.table(table).live().count() >= MAX_COLUMNS {
        return fail(sqlstate::TOO_MANY_COLUMNS, format!("tables can have at most {MAX_COLUMNS} columns"));
    }
    column::check_columns(execution, std::slice::from_ref(&parts.column))?;
    row_type::refuse_itself(execution, table, &parts.column.type_)?;
    let known = known_rows::rows(execution, table);
    let sequence = make_sequence(execution, &full, &parts, persistence)?;
    column::check_count(execution.schema.table(table).columns.len() + 1)?;
    execution.schema.table_mut(table).columns.push(parts.column.clone());
    let number = execution.schema.table(table).columns.len() as u16;
    altered.added.push(number);
    finish_column(execution, table, number, &parts, sequence)?;
    let filled = fill(execution, table, altered, number, &parts)?;
    let has_rows = matches!(execution.schema.table(table).rows, Rows::Exactly(_));
    let empty = execution.schema.table(table).rows == Rows::Empty;
    if let Some(column) = execution.schema.table_mut(table).attribute_mut(number) {
        column.filled = filled && !empty;
        column.has_null = !filled && has_rows && column.generated.is_none();
    }
    if let Some(value) = constant(execution, table, number, &parts) {
        altered.scan.constants.push((number, value));
    }
    let known = match known {
        Some(rows) => widen(execution, table, altered, number, &rows),
        None => false,
    };
    if let Some((constraint_name, no_inherit)) = &parts.not_null {
        add_not_null(execution, table, number, constraint_name.as_ref(), *no_inherit, true)?;
        let computed = execution.schema.table(table).attribute(number).is_some_and(|it| it.generated.is_some());
        if !filled && computed {
            altered.verify = altered.verify.or(Some("the new column must hold no null in any row"));
            let full = execution.schema.relation(table).name.clone();
            if !empty {
                let generated = execution.schema.table(table).attribute(number).and_then(|it| it.generated.clone());
                let text = generated.map(|it| execution.schema.print_expression(table, &it.expression));
                let query = format!("SELECT count(*) FROM {full} WHERE {} IS NULL", text.unwrap_or_default());
                altered.scan.questions.push(Precondition::new(query, "0", sqlstate::NOT_NULL_VIOLATION));
                altered.scan.nulls = true;
            }
        } else if !filled {
            altered.verify = altered.verify.or(Some("the new column must hold no null in any row"));
            altered.scan.nulls = true;
            null_rows(execution, table, altered, &name);
        }
    }
    if let Some(sequence) = sequence.filter(|_| !known) {
        let rows = match execution.schema.table(table).rows {
            Rows::Empty => Some(0),
            Rows::Exactly(rows) => Some(rows),
            Rows::Unknown => None,
        };
        if let Some(sequence) = execution.schema.sequence_mut(sequence) {
            sequence.advance(rows);
        }
        if rows != Some(0) {
            execution.session.sequences.perhaps_took(sequence);
        }
    }
    for constraint in &parts.constraints {
        // A key that is null in every row needs no check (`transformFKConstraints`).
        let skip = matches!(constraint.kind, TableConstraintKind::ForeignKey { .. })
            && parts.default.is_none()
            && parts.serial.is_none();
        add_constraint::add(execution, table, altered, constraint, skip)?;
        refuse_duplicates(execution, table, number, constraint)?;
    }
    Ok(())
}

/// A constant default is the same in every row: a unique index over it alone cannot be built over two.
fn refuse_duplicates(execution: &Execution, table: RelationId, number: u16, constraint: &TableConstraint) -> Outcome {
    let unique = matches!(constraint.kind, TableConstraintKind::Unique { .. } | TableConstraintKind::PrimaryKey { .. });
    let columns = execution.schema.table(table);
    let constant = columns.attribute(number).is_some_and(|column| column.missing.is_some());
    let several = matches!(columns.rows, Rows::Exactly(rows) if rows > 1);
    match columns.constraints.last() {
        Some(made) if unique && constant && several => {
            fail(sqlstate::UNIQUE_VIOLATION, format!("could not create unique index \"{}\"", made.name.as_str()))
        }
        _ => Ok(()),
    }
}

/// `MaxHeapAttributeNumber`.
const MAX_COLUMNS: usize = 1600;

/// What the rows that exist get for the new column; whether that is certainly no null.
fn fill(
    execution: &mut Execution,
    table: RelationId,
    altered: &mut Altered,
    number: u16,
    parts: &Definition,
) -> Outcome<bool> {
    if parts.identity.is_some() || parts.serial.is_some() {
        altered.rewrite = altered.rewrite.or(Some(REWRITE));
        return Ok(true);
    }
    let Some(column) = execution.schema.table(table).attribute(number).cloned() else { return Ok(false) };
    if let Some(generated) = &column.generated {
        if generated.stored {
            altered.rewrite = altered.rewrite.or(Some("a stored generated column is computed for every row"));
            let text = execution.schema.print_expression(table, &generated.expression);
            altered.scan.questions.extend(row_checks::computed(
                execution,
                table,
                &text,
                &row_checks::raised(execution, &generated.expression),
            ));
        }
        // A rewrite checks NOT NULL on the way; a virtual column is read for it.
        return Ok(generated.stored);
    }
    let domain = domain_with_constraints(execution, &column.type_.base);
    let default = column.default.clone().or_else(|| domain_default(execution, &column.type_));
    altered.computes |= domain || default.is_some();
    match &default {
        Some(default) => match scope::stored_value(default, execution) {
            Stored::Volatile => {
                altered.rewrite = altered.rewrite.or(Some(REWRITE));
                let (sequences, always) = default.sequences();
                let rows = execution.schema.table(table).rows;
                let certain = always && matches!(rows, Rows::Exactly(count) if count > 0);
                for sequence in sequences.into_iter().filter(|_| rows != Rows::Empty) {
                    let sequence = RelationId(sequence);
                    execution.lock_for_rows(sequence, LockMode::RowExclusive, known_rows::TAKEN, certain);
                }
                Ok(true)
            }
            Stored::Value(value) => {
                if domain {
                    altered.rewrite = altered.rewrite.or(Some(DOMAIN));
                    check_default(execution, table, default, &column.type_)?;
                } else if execution.schema.relation(table).kind() == 'r'
                    && let Some(column) = execution.schema.table_mut(table).attribute_mut(number)
                {
                    // `StoreAttrDefault`: a partitioned table has no rows that could lack it.
                    column.missing = Some(value);
                }
                Ok(true)
            }
            Stored::Null => {
                if domain {
                    altered.rewrite = altered.rewrite.or(Some(DOMAIN));
                }
                Ok(false)
            }
            // The value is computed whether or not there are rows.
            Stored::Error(error) => Err(error.into()),
            Stored::Unknown => {
                execution.doubt("the value of the default, and so what older rows show, is not known");
                Ok(true)
            }
        },
        None => {
            if domain {
                altered.rewrite = altered.rewrite.or(Some(DOMAIN));
                null_domain(execution, table, altered, &column.type_.base);
                return Ok(true);
            }
            Ok(false)
        }
    }
}

/// The default of every row, as the domain's checks see it.
fn check_default(execution: &mut Execution, table: RelationId, default: &Expression, type_: &Type) -> Outcome {
    let scope = RowScope::new(execution);
    let over = scope.over(&[]);
    let checked = over.value(default).and_then(|it| over.to_domain(it, *type_));
    let rows = execution.schema.table(table).rows;
    match checked {
        Ok(_) => {}
        Err(_) if rows == Rows::Empty => {}
        Err(Trouble::Error(error)) if rows.are_some() => return Err(error.into()),
        Err(_) => execution.doubt("whether the domain admits the default is not known"),
    }
    Ok(())
}

const DOMAIN: &str = "a domain with constraints is checked for every row, which is written anew";

/// A null of a domain type is checked against the domain when there is a row to hold it.
fn null_domain(execution: &Execution, table: RelationId, altered: &mut Altered, base: &TypeRef) {
    let TypeRef::User(id) = base else { return };
    let Some(it) = execution.schema.user_type(TypeId(*id)) else { return };
    if matches!(it.kind, UserTypeKind::Domain { not_null: true, .. }) {
        nulls_in_rows(execution, table, altered, format!("domain {} does not allow null values", it.name.name));
    }
}

/// `NOT NULL` on a column that is null in every row: fine only where there is no row.
fn null_rows(execution: &Execution, table: RelationId, altered: &mut Altered, column: &Ident) {
    let relation = execution.bare_name(table);
    let message = format!("column \"{}\" of relation \"{relation}\" contains null values", column.as_str());
    nulls_in_rows(execution, table, altered, message);
}

/// The rows are read when all subcommands are through.
fn nulls_in_rows(execution: &Execution, table: RelationId, altered: &mut Altered, message: String) {
    match execution.schema.table(table).rows {
        Rows::Empty => {}
        Rows::Exactly(_) => altered.scan.fails(PgError::new(sqlstate::NOT_NULL_VIOLATION, message)),
        Rows::Unknown => {
            let name = execution.schema.relation(table).name.clone();
            altered.scan.questions.push(Precondition::of_no_row(&name, sqlstate::NOT_NULL_VIOLATION));
        }
    }
}

/// The value that every row gets, whichever rows there are.
fn constant(execution: &mut Execution, table: RelationId, number: u16, parts: &Definition) -> Option<Value> {
    let column = execution.schema.table(table).attribute(number)?;
    let volatile = column.default.as_ref().is_some_and(|it| it.volatility() == Volatility::Volatile);
    if volatile || parts.identity.is_some() || column.generated.is_some() {
        return None;
    }
    let rows = known_rows::widened(execution, table, number, &[Row::from(vec![])]).ok()?;
    rows.first()?.last().filter(|it| it.is_exact()).cloned()
}

/// What rows that are known get for the new column; whether all of it is known.
fn widen(execution: &mut Execution, table: RelationId, altered: &mut Altered, number: u16, rows: &[Row]) -> bool {
    match known_rows::widened(execution, table, number, rows) {
        Ok(rows) => {
            execution.schema.table_mut(table).set_known_rows(rows, false);
            true
        }
        Err(Trouble::Error(error)) => {
            altered.scan.fails(error);
            false
        }
        Err(Trouble::Unknown) => false,
    }
}
