//! `ALTER COLUMN … TYPE`: `ATPrepAlterColumnType`, `ATExecAlterColumnType`, `ATPostAlterTypeCleanup`.

use triomphe::Arc;

use crate::effect::{PgError, Precondition, RelationId};
use crate::expression::{self, Expression};
use crate::name::{Ident, QualifiedName};
use crate::pg::lock_mode::LockMode;
use crate::pg::types::Type;
use crate::pg::{behavior, operator_class, sqlstate};
use crate::schema::constraint::ConstraintKind;
use crate::schema::dependency::Object;
use crate::schema::index::KeyColumn;
use crate::schema::object::ObjectClass;
use crate::schema::relation::ColumnDetails;
use crate::schema::sequence::Sequence;
use crate::statement::alter_table::scan::Check;
use crate::statement::alter_table::{Altered, conversion, row_type};
use crate::statement::column::{attribute, base_type, check_storable, resolve_type, transform_collation};
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::scope::{self, TableScope, Use};
use crate::statement::{foreign_key, row_checks, sequence};
use crate::syntax::expression::{Expr, TypeName};

/// A column whose type changes.
#[derive(Debug)]
pub(super) struct Retyped {
    column: u16,
    from: Type,
    to: Type,
    collation: Option<QualifiedName>,
    collation_before: Option<QualifiedName>,
    rewrites: bool,
}

impl Retyped {
    pub(super) fn column(&self) -> u16 {
        self.column
    }
}

const REWRITE: &str = "the stored form of the column changes, so every row is written anew";

/// Everything that can be refused before anything changes.
pub(super) fn prepare(
    execution: &mut Execution,
    table: RelationId,
    altered: &mut Altered,
    name: &Ident,
    type_name: &TypeName,
    collation: Option<&QualifiedName>,
    using: Option<&Expr>,
) -> Outcome {
    let number = attribute(execution, table, name)?;
    let Some(column) = execution.schema.table(table).attribute(number).cloned() else {
        return unknown("no such attribute");
    };
    if column.generated.is_some() && using.is_some() {
        return fail(
            sqlstate::INVALID_COLUMN_DEFINITION,
            "cannot specify USING when altering type of generated column",
        );
    }
    if altered.retyped.iter().any(|it| it.column == number) {
        let message = format!("cannot alter type of column \"{}\" twice", name.as_str());
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    }
    let to = resolve_type(execution, type_name)?;
    let collation = match collation {
        Some(collation) => transform_collation(execution, &to, collation)?,
        None => None,
    };
    check_storable(execution, format_args!("column \"{}\"", name.as_str()), &to)?;
    row_type::refuse_itself(execution, table, &to)?;
    let table_scope = TableScope { execution, table: Some(table), alias: None };
    let made = match using {
        Some(using) => {
            let made = expression::analyze(using, &table_scope, Use::Using)?;
            scope::check_enum_values(execution, using, &made)?;
            expression::coerce_to_target(made, &to, expression::Context::Assignment, &table_scope)?
        }
        None => expression::type_change(number, &column.type_, &to, &table_scope)?,
    };
    let Some(made) = made else {
        return Err(no_conversion(execution, name, &to, using.is_some()).into());
    };
    if matches!(execution.schema.relation(table).kind(), 'p' | 'f') {
        row_type::refuse_stored(execution, table)?;
    }
    let virtual_column = column.generated.as_ref().is_some_and(|it| !it.stored);
    altered.computes |= !virtual_column;
    let rewrites = match expression::requires_rewrite(&made, number, &table_scope) {
        _ if virtual_column => false,
        Some(rewrites) => rewrites,
        None => {
            execution.doubt("whether the conversion leaves the rows as they are is not known");
            true
        }
    };
    if rewrites {
        altered.rewrite = altered.rewrite.or(Some(REWRITE));
        let risks = conversion::risks(execution, &made, &column.type_, &to);
        let text = execution.schema.print_expression(table, &made);
        match conversion::length_check(execution, &made, number, &column, &to) {
            Some(condition) if risks.len() == 1 => {
                let full = execution.schema.relation(table).name.clone();
                if execution.schema.table(table).rows != crate::schema::relation::Rows::Empty {
                    let query = format!("SELECT count(*) FROM {full} WHERE {condition}");
                    altered.scan.questions.push(Precondition::new(query, "0", risks[0]));
                }
            }
            _ => altered.scan.questions.extend(row_checks::computed(execution, table, &text, &risks)),
        }
    }
    if column.generated.is_none() {
        altered.scan.conversions.push((number, made));
    }
    let (from, collation_before) = (column.type_, column.collation.clone());
    altered.retyped.push(Retyped { column: number, from, to, collation, collation_before, rewrites });
    Ok(())
}

fn no_conversion(execution: &Execution, name: &Ident, to: &Type, using: bool) -> PgError {
    let printed = execution.schema.format_type(&Type { modifier: -1, ..*to });
    let name_text = name.as_str();
    let error = |message: String| PgError::new(sqlstate::DATATYPE_MISMATCH, message);
    match using {
        true => error(format!(
            "result of USING clause for column \"{name_text}\" cannot be cast automatically to type {printed}"
        ))
        .hint("You might need to add an explicit cast."),
        false => error(format!("column \"{name_text}\" cannot be cast automatically to type {printed}"))
            .hint(format!("You might need to specify \"USING {name}::{}\".", execution.schema.format_type(to))),
    }
}

pub(super) fn run(execution: &mut Execution, table: RelationId, altered: &mut Altered, name: &Ident) -> Outcome {
    let number = attribute(execution, table, name)?;
    let Some(retyped) = altered.retyped.iter().find(|it| it.column == number) else {
        return unknown("a type change that was not prepared");
    };
    let (to, collation, rewrites) = (retyped.to, retyped.collation.clone(), retyped.rewrites);
    refuse_generated(execution, table, number, name)?;
    refuse_published(execution, table, number)?;
    refuse_view(execution, table, number, name)?;
    refuse_code(execution, table, number)?;
    let Some(column) = execution.schema.table(table).attribute(number).cloned() else {
        return unknown("no such attribute");
    };
    let default = match &column.default {
        Some(default) => match recoerce(execution, table, default, &to, Use::Default)? {
            Some(made) => Some(Arc::new(made)),
            None => return default_does_not_fit(execution, "default", name, &to),
        },
        None => None,
    };
    let mut generated = column.generated.clone();
    if let Some(it) = &mut generated {
        match recoerce(execution, table, &it.expression, &to, Use::Generated)? {
            Some(made) => it.expression = Arc::new(made),
            None => return default_does_not_fit(execution, "generation expression", name, &to),
        }
    }
    if column.identity.is_some() {
        retype_sequence(execution, table, number, &to)?;
    }
    let table = execution.schema.table_mut(table);
    if let Some(column) = table.attribute_mut(number) {
        column.type_ = to;
        let details = ColumnDetails::clone(&column.details);
        column.details = ColumnDetails { collation, storage: None, compression: None, ..details }.into();
        column.default = default;
        column.generated = generated;
        column.has_null = false;
        column.filled = column.filled && !rewrites;
    }
    Ok(())
}

/// `strip_implicit_coercions`, then a conversion to the new type.
fn recoerce(
    execution: &Execution,
    table: RelationId,
    expression: &Expression,
    to: &Type,
    use_: Use,
) -> Outcome<Option<Expression>> {
    let read = scope::read_back(execution, table, expression)?;
    let table_scope = TableScope { execution, table: Some(table), alias: None };
    let made = expression::analyze(&read, &table_scope, use_)?;
    Ok(expression::coerce_to_target(made, to, expression::Context::Assignment, &table_scope)?)
}

fn default_does_not_fit(execution: &Execution, what: &str, name: &Ident, to: &Type) -> Outcome {
    let printed = execution.schema.format_type(&Type { modifier: -1, ..*to });
    fail(
        sqlstate::DATATYPE_MISMATCH,
        format!("{what} for column \"{}\" cannot be cast automatically to type {printed}", name.as_str()),
    )
}

/// `RememberAllDependentForRebuilding` for generated columns.
fn refuse_generated(execution: &Execution, table: RelationId, number: u16, name: &Ident) -> Outcome {
    let user = execution.schema.table(table).live().find(|(other, column)| {
        *other != number && column.generated.as_ref().is_some_and(|it| it.expression.columns().contains(&number))
    });
    let Some((_, user)) = user else { return Ok(()) };
    let state = behavior::generated_column_type_change(execution.version);
    let error = PgError::new(state, "cannot alter type of a column used by a generated column");
    let detail = format!("Column \"{}\" is used by generated column \"{}\".", name.as_str(), user.name.as_str());
    Err(error.detail(detail).into())
}

/// The same for views, which would have to be made anew.
fn refuse_view(execution: &Execution, table: RelationId, number: u16, name: &Ident) -> Outcome {
    let Some(view) = execution.schema.view_using(table, number) else { return Ok(()) };
    let what = execution.schema.describe(&Object::Relation(view.id));
    let message = "cannot alter type of a column used by a view or rule";
    let detail = format!("rule _RETURN on {what} depends on column \"{}\"", name.as_str());
    Err(PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, message).detail(detail).into())
}

/// The same for functions, triggers and policies that read the column.
fn refuse_code(execution: &Execution, table: RelationId, number: u16) -> Outcome {
    let column = Object::Column(table, number);
    for (user, _) in execution.schema.needed_by(&column) {
        let Object::Other(id) = user else { continue };
        let words = match execution.schema.object(*id).map(|it| it.class()) {
            Some(ObjectClass::Function) => "by a function or procedure",
            Some(ObjectClass::Trigger) => "in a trigger definition",
            Some(ObjectClass::Policy) => "in a policy definition",
            _ => continue,
        };
        let message = format!("cannot alter type of a column used {words}");
        let schema = &execution.schema;
        let name = schema.relation(table).columns().column_name(number);
        let detail = format!("{} depends on column \"{}\"", schema.describe(user), name.as_str());
        return Err(PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, message).detail(detail).into());
    }
    Ok(())
}

/// The sequence of an identity column changes its type along (`ALTER SEQUENCE … AS`).
fn retype_sequence(execution: &mut Execution, table: RelationId, number: u16, to: &Type) -> Outcome {
    let data_type = sequence::type_for_identity(execution, to)?;
    let owned = execution.schema.table(table).sequences.iter().copied().find(|id| {
        let owner = execution.schema.get(*id).and_then(|it| it.sequence()?.owner);
        owner.is_some_and(|owner| owner.column == number)
    });
    let Some(id) = owned else { return Ok(()) };
    execution.lock(id, LockMode::ShareRowExclusive, "the sequence behind an identity column changes its type along");
    if let Some(it) = execution.schema.sequence_mut(id) {
        let fresh = Sequence::new(data_type);
        if it.max == it.data_type.max() {
            it.max = fresh.max;
        }
        if it.min == it.data_type.min() {
            it.min = data_type.min();
        }
        it.data_type = data_type;
    }
    Ok(())
}

/// `ATPostAlterTypeCleanup`: what stands on the columns is dropped and made again.
pub(super) fn recreate_dependents(
    execution: &mut Execution,
    table: RelationId,
    altered: &mut Altered,
    changed: &[u16],
) -> Outcome {
    if changed.is_empty() {
        return Ok(());
    }
    recreate_checks(execution, table, altered, changed)?;
    recreate_indexes(execution, table, altered, changed)?;
    recreate_foreign_keys(execution, table, altered, changed)
}

fn again(execution: &Execution, table: RelationId, expression: &Expression, use_: Use) -> Outcome<Arc<Expression>> {
    scope::analyze(execution, table, &scope::read_back(execution, table, expression)?, use_)
}

fn recreate_checks(execution: &mut Execution, table: RelationId, altered: &mut Altered, changed: &[u16]) -> Outcome {
    let constraints = execution.schema.table(table).constraints.clone();
    for (place, constraint) in constraints.iter().enumerate() {
        let ConstraintKind::Check { expression, no_inherit } = &constraint.kind else { continue };
        if !expression.columns().iter().any(|column| changed.contains(column)) {
            continue;
        }
        let expression = again(execution, table, expression, Use::Check)?;
        if constraint.validated && constraint.enforced {
            let (name, expression) = (constraint.name.clone(), expression.clone());
            altered.scan.checks.push(Check { name, expression, question: None });
            altered.verify = altered.verify.or(Some("a constraint on the column is checked anew for every row"));
        }
        let kind = ConstraintKind::Check { expression, no_inherit: *no_inherit };
        execution.schema.table_mut(table).constraints[place].kind = kind;
    }
    Ok(())
}

/// `CheckIndexCompatible`: an index over plain columns whose operator classes stay is kept.
fn recreate_indexes(execution: &mut Execution, table: RelationId, altered: &mut Altered, changed: &[u16]) -> Outcome {
    for id in execution.schema.table(table).indexes.clone() {
        let mut index = execution.schema.index(id).clone();
        if !index.columns().iter().any(|column| changed.contains(column)) {
            continue;
        }
        execution.lock(id, LockMode::AccessExclusive, "an index on the column is made anew");
        let mut keep = !index.has_expressions() && index.predicate.is_none();
        let installed = execution.installed();
        for key in &mut index.keys {
            match &mut key.column {
                KeyColumn::Attribute(number) => {
                    let Some(retyped) = altered.retyped.iter().find(|it| it.column == *number) else { continue };
                    let (from, to) = (base_type(execution, &retyped.from), base_type(execution, &retyped.to));
                    keep &= key.collation.is_some() || retyped.collation == retyped.collation_before;
                    key.type_ = retyped.to;
                    if key.operator_class.is_none() {
                        keep &= operator_class::same_default(&from, &to, index.method.as_str(), installed);
                        if operator_class::default_for(&to, index.method.as_str(), installed) == Some(false) {
                            let printed = execution.schema.format_type(&Type { modifier: -1, ..retyped.to });
                            let method = index.method.as_str();
                            return fail(
                                sqlstate::UNDEFINED_OBJECT,
                                format!(
                                    "data type {printed} has no default operator class for access method \"{method}\""
                                ),
                            );
                        }
                    }
                }
                KeyColumn::Expression(expression) => {
                    *expression = again(execution, table, expression, Use::IndexExpression)?;
                    key.type_ = *expression.type_();
                }
            }
        }
        if let Some(predicate) = &index.predicate {
            index.predicate = Some(again(execution, table, predicate, Use::IndexPredicate)?);
        }
        if !keep {
            altered.rebuild.push(id);
        }
        *execution.schema.index_mut(id) = index;
    }
    Ok(())
}

/// Foreign keys over the column, from either side: their triggers are dropped and made again, and
/// the rows checked unless the comparison stays the same (`TryReuseForeignKey`).
fn recreate_foreign_keys(
    execution: &mut Execution,
    table: RelationId,
    altered: &mut Altered,
    changed: &[u16],
) -> Outcome {
    let mut others: Vec<RelationId> = execution.schema.table(table).referenced_by.iter().copied().collect();
    others.insert(0, table);
    for child in others {
        let constraints = execution.schema.table(child).constraints.clone();
        for constraint in &constraints {
            let Some(key) = constraint.foreign_key() else { continue };
            let ours = child == table && key.columns.iter().any(|column| changed.contains(column));
            let theirs =
                key.references == table && key.referenced_columns.iter().any(|column| changed.contains(column));
            if !ours && !theirs {
                continue;
            }
            let reason = "a foreign key over the column is dropped and made again";
            execution.lock(child, LockMode::AccessExclusive, reason);
            execution.lock(key.references, LockMode::AccessExclusive, reason);
            let (ours, theirs) = (&key.columns, &key.referenced_columns);
            foreign_key::check_types(execution, child, ours, key.references, theirs, &constraint.name)?;
            let same = altered.retyped.iter().all(|it| {
                let (from, to) = (base_type(execution, &it.from), base_type(execution, &it.to));
                operator_class::same_default(&from, &to, "btree", execution.installed())
            });
            if constraint.validated && constraint.enforced && (!same || altered.rewrite.is_some()) {
                altered.foreign_keys_of.push((child, constraint.name.clone()));
            }
        }
    }
    Ok(())
}

/// `RememberAllDependentForRebuilding`: what a publication reads of a column keeps its type.
fn refuse_published(execution: &Execution, table: RelationId, number: u16) -> Outcome {
    let needed_by = execution.schema.needed_by(&Object::Column(table, number));
    let published = needed_by.iter().any(|(object, _)| match object {
        Object::Other(id) => execution.schema.object(*id).is_some_and(|it| it.class() == ObjectClass::PublishedTable),
        _ => false,
    });
    match published {
        true => {
            let message = "cannot alter type of a column used by a publication WHERE clause";
            fail(sqlstate::FEATURE_NOT_SUPPORTED, message)
        }
        false => Ok(()),
    }
}
