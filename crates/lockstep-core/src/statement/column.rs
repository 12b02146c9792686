//! Column definitions: `transformColumnDefinition` of `parse_utilcmd.c` and `BuildDescForRelation`.

use std::fmt;

use triomphe::Arc;

use crate::effect::{ObjectName, PgError, RelationId};
use crate::expression::Expression;
use crate::name::{Ident, QualifiedName};
use crate::pg::behavior;
use crate::pg::catalog::extension::{Kind, Member};
use crate::pg::sqlstate;
use crate::pg::types::{self, Type, TypeRef};
use crate::schema::object::{ObjectClass, ObjectKey};
use crate::schema::rare::Rare;
use crate::schema::relation::{Column, ColumnDetails, SYSTEM_COLUMNS};
use crate::schema::sequence::SequenceType;
use crate::schema::user_type::{TypeId, UserTypeKind};
use crate::statement::execution::{Execution, Outcome, fail, plain, unknown};
use crate::syntax::expression::{Expr, TypeName};
use crate::syntax::statement::{
    ColumnConstraintKind, ColumnDefinition, SequenceOptions, TableConstraint, TableConstraintKind,
};

/// A column definition taken apart, as the server does before it makes anything.
pub(super) struct Definition {
    pub(super) column: Column,
    pub(super) default: Option<Expr>,
    /// `serial` and its like.
    pub(super) serial: Option<SequenceType>,
    pub(super) identity: Option<(bool, SequenceOptions)>,
    pub(super) generated: Option<(Expr, Option<bool>)>,
    /// `CONSTRAINT x NOT NULL`: the name, and whether `NO INHERIT` follows.
    pub(super) not_null: Option<(Option<Ident>, bool)>,
    /// The other constraints, as the table constraints that they stand for.
    pub(super) constraints: Vec<TableConstraint>,
}

/// `MaxHeapAttributeNumber`; dropped columns count.
const MAX_COLUMNS: usize = 1600;

pub(super) fn check_count(columns: usize) -> Outcome {
    match columns > MAX_COLUMNS {
        true => fail(sqlstate::TOO_MANY_COLUMNS, format!("tables can have at most {MAX_COLUMNS} columns")),
        false => Ok(()),
    }
}

pub(super) fn check_name(name: &Ident) -> Outcome {
    match SYSTEM_COLUMNS.iter().any(|(it, _)| name == *it) {
        true => fail(
            sqlstate::DUPLICATE_COLUMN,
            format!("column name \"{}\" conflicts with a system column name", name.as_str()),
        ),
        false => Ok(()),
    }
}

/// `typenameType`: a built-in type, or one that the schema holds.
pub(super) fn resolve_type(execution: &Execution, name: &TypeName) -> Outcome<Type> {
    if name.percent_type || name.set_of {
        return unknown("%TYPE and SETOF are not modelled");
    }
    let error = match types::resolve_builtin(name, execution.version) {
        Ok(type_) => return Ok(type_),
        Err(error) if error.sqlstate == sqlstate::UNDEFINED_OBJECT => error,
        Err(error) => return Err(error.into()),
    };
    let schemas: Vec<Ident> = match &name.name.schema {
        Some(schema) => vec![schema.clone()],
        None => execution.session.search_path.clone(),
    };
    let temporary = ObjectName { schema: Ident::new("pg_temp"), name: name.name.name.clone() };
    if name.name.schema.is_none() && row_type(execution, &temporary).is_some() {
        return unknown(format!("the row type of {temporary} is not modelled"));
    }
    for schema in schemas {
        let full = ObjectName { schema, name: name.name.name.clone() };
        let found = execution.schema.find_type(&full).map(|id| id.0).or_else(|| row_type(execution, &full));
        if let Some(why) = execution.schema.uncertain.about(&full.name, found) {
            return unknown(why);
        }
        if let Some(id) = found {
            if !name.modifiers.is_empty() {
                return fail(
                    sqlstate::SYNTAX_ERROR,
                    format!("type modifier is not allowed for type \"{}\"", plain(&name.name)),
                );
            }
            return Ok(Type { base: TypeRef::User(id), modifier: -1, array: name.array_dimensions > 0 });
        }
        if let Some(member) = execution.reached(Some(&full.schema)).type_named(full.name.as_str()) {
            return member_type(name, member);
        }
    }
    match execution.schema.uncertain.from_extension(&name.name.name) {
        Some(why) => unknown(why),
        None => Err(error.into()),
    }
}

/// Tables and views have a type for their rows, which goes by the relation's number; indexes and
/// sequences have none.
fn row_type(execution: &Execution, name: &ObjectName) -> Option<u32> {
    let relation = execution.schema.find(name).filter(|id| execution.schema.relation(*id).has_row_type());
    if relation.is_some() {
        execution.schema.note_row_type();
    }
    relation.map(|id| id.0)
}

/// A type that an extension brings.
fn member_type(name: &TypeName, member: &Member) -> Outcome<Type> {
    let Kind::Type(Some(row)) = &member.kind else {
        return unknown(format!("the type {} of an extension is not modelled", name.name));
    };
    if name.modifiers.is_empty() {
        return Ok(Type { array: name.array_dimensions > 0, ..Type::builtin(row.oid) });
    }
    if row.has_modifier {
        let [digits] = name.modifiers.as_slice() else {
            return unknown(format!("modifiers of the type {} are not modelled", name.name));
        };
        return match digits.parse() {
            Ok(modifier @ 1..=2000) => {
                Ok(Type { array: name.array_dimensions > 0, modifier, ..Type::builtin(row.oid) })
            }
            _ => unknown(format!("whether the type {} admits {digits} is not known", name.name)),
        };
    }
    let message = format!("type modifier is not allowed for type \"{}\"", plain(&name.name));
    fail(sqlstate::SYNTAX_ERROR, message)
}

/// `CheckAttributeType`: nothing stores a pseudo-type. `what` holds it: `column "a"`.
pub(super) fn check_storable(execution: &Execution, what: impl fmt::Display, type_: &Type) -> Outcome {
    let base = base_type(execution, type_);
    let pseudo = match base.array {
        true => base.base == Type::RECORD.base,
        false => base.row().is_some_and(|row| row.kind == 'p'),
    };
    match pseudo {
        true => {
            let message = format!("{what} has pseudo-type {}", execution.schema.format_type(&base));
            fail(sqlstate::INVALID_TABLE_DEFINITION, message)
        }
        false => Ok(()),
    }
}

/// The same for columns of a new relation (`CheckAttributeNamesTypes`).
pub(super) fn check_columns(execution: &Execution, columns: &[Column]) -> Outcome {
    columns
        .iter()
        .try_for_each(|it| check_storable(execution, format_args!("column \"{}\"", it.name.as_str()), &it.type_))
}

/// The type beneath domains (`getBaseType`).
pub(super) fn base_type(execution: &Execution, type_: &Type) -> Type {
    let mut current = *type_;
    while let TypeRef::User(id) = current.base
        && !current.array
        && let Some(UserTypeKind::Domain { base, .. }) = execution.schema.user_type(TypeId(id)).map(|it| &it.kind)
    {
        current = *base;
    }
    current
}

pub(super) fn empty_column(name: Ident, type_: Type) -> Column {
    Column {
        name,
        type_,
        not_null: false,
        default: None,
        generated: None,
        identity: None,
        dropped: false,
        filled: false,
        has_null: false,
        inherited: 0,
        local: true,
        details: Rare::default(),
    }
}

/// Takes a definition apart. `table` is the bare name of the table, for messages.
pub(super) fn transform(execution: &mut Execution, table: &str, definition: &ColumnDefinition) -> Outcome<Definition> {
    let name = definition.name.clone();
    check_name(&name)?;
    let Some(type_name) = &definition.type_name else {
        return unknown("a column without a type of its own is not modelled");
    };
    let serial = serial_type(type_name);
    let type_ = match serial {
        Some(_) if type_name.array_dimensions > 0 => {
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, "array of serial is not implemented");
        }
        Some(sequence) => types::integer_type(sequence.name()),
        None => resolve_type(execution, type_name)?,
    };
    transform_with(execution, table, definition, empty_column(name, type_), serial)
}

/// A column of which nothing else is said.
pub(super) fn without_options(column: Column) -> Definition {
    Definition {
        column,
        default: None,
        serial: None,
        identity: None,
        generated: None,
        not_null: None,
        constraints: vec![],
    }
}

/// The same for a column whose type comes from elsewhere, as in `CREATE TABLE … OF`.
pub(super) fn transform_with(
    execution: &mut Execution,
    table: &str,
    definition: &ColumnDefinition,
    mut column: Column,
    serial: Option<SequenceType>,
) -> Outcome<Definition> {
    let name = definition.name.clone();
    if let Some(collation) = &definition.collation {
        column.collation = transform_collation(execution, &column.type_, collation)?;
    }
    check_storage(execution, &column.type_, definition)?;
    let (storage, compression) = (definition.storage.clone(), definition.compression.clone());
    column.details = ColumnDetails { storage, compression, ..ColumnDetails::clone(&column.details) }.into();
    let mut parts = Definition {
        column,
        default: None,
        serial,
        identity: None,
        generated: None,
        not_null: serial.map(|_| (None, false)),
        constraints: vec![],
    };
    let mut saw_null = None;
    let place = format_args!("for column \"{}\" of table \"{table}\"", name.as_str());
    for constraint in &definition.constraints {
        let attributes = constraint.attributes;
        let mut add = |kind| {
            parts.constraints.push(TableConstraint { name: constraint.name.clone(), kind, attributes });
        };
        match &constraint.kind {
            ColumnConstraintKind::Null => {
                if saw_null == Some(false) || serial.is_some() {
                    return conflicting_null(place);
                }
                saw_null = Some(true);
            }
            ColumnConstraintKind::NotNull { no_inherit } => {
                if saw_null == Some(true) {
                    return conflicting_null(place);
                }
                saw_null = Some(false);
                let named = parts.not_null.take().and_then(|(name, _)| name);
                parts.not_null = Some((constraint.name.clone().or(named), *no_inherit));
            }
            ColumnConstraintKind::Default(expression) => {
                if parts.default.is_some() || serial.is_some() {
                    return fail(sqlstate::SYNTAX_ERROR, format!("multiple default values specified {place}"));
                }
                parts.default = Some(expression.clone());
            }
            ColumnConstraintKind::Identity { always, options } => {
                if parts.identity.is_some() {
                    return fail(sqlstate::SYNTAX_ERROR, format!("multiple identity specifications {place}"));
                }
                if saw_null == Some(true) {
                    return conflicting_null(place);
                }
                saw_null = Some(false);
                parts.identity = Some((*always, options.clone()));
                parts.not_null = parts.not_null.or(Some((None, false)));
            }
            ColumnConstraintKind::Generated { expression, stored } => {
                if parts.generated.is_some() {
                    return fail(sqlstate::SYNTAX_ERROR, format!("multiple generation clauses specified {place}"));
                }
                if !behavior::has_virtual_columns(execution.version) && *stored != Some(true) {
                    return fail(
                        sqlstate::SYNTAX_ERROR,
                        match stored {
                            Some(_) => "syntax error at or near \"VIRTUAL\"",
                            None => "syntax error at end of input",
                        },
                    );
                }
                parts.generated = Some((expression.clone(), *stored));
            }
            ColumnConstraintKind::Check { expression, no_inherit } => {
                add(TableConstraintKind::Check { expression: expression.clone(), no_inherit: *no_inherit });
            }
            ColumnConstraintKind::Unique { nulls_not_distinct, index } => add(TableConstraintKind::Unique {
                columns: vec![name.clone()],
                nulls_not_distinct: *nulls_not_distinct,
                without_overlaps: false,
                index: index.clone(),
            }),
            ColumnConstraintKind::PrimaryKey { index } => {
                if saw_null == Some(true) && behavior::null_conflicts_with_primary_key(execution.version) {
                    return conflicting_null(place);
                }
                add(TableConstraintKind::PrimaryKey {
                    columns: vec![name.clone()],
                    without_overlaps: false,
                    index: index.clone(),
                });
            }
            ColumnConstraintKind::References(references) => add(TableConstraintKind::ForeignKey {
                columns: vec![name.clone()],
                period: false,
                references: references.clone(),
            }),
        }
    }
    let both = |what: &str| fail(sqlstate::SYNTAX_ERROR, format!("both {what} specified {place}"));
    let has_default = parts.default.is_some() || serial.is_some();
    if has_default && parts.identity.is_some() {
        return both("default and identity");
    }
    if has_default && parts.generated.is_some() {
        return both("default and generation expression");
    }
    if parts.identity.is_some() && parts.generated.is_some() {
        return both("identity and generation expression");
    }
    Ok(parts)
}

/// `GetAttributeStorage` and `GetAttributeCompression`: a type of fixed length is stored as it is.
fn check_storage(execution: &Execution, type_: &Type, definition: &ColumnDefinition) -> Outcome {
    if definition.storage.is_some() && !behavior::has_default_storage(execution.version) {
        return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"STORAGE\"");
    }
    if types::storage(&plain_type(execution, type_)) != Some('p') {
        return Ok(());
    }
    let printed = execution.schema.format_type(type_);
    if definition.storage.as_ref().is_some_and(|it| !["plain", "default"].contains(&it.as_str())) {
        let message = format!("column data type {printed} can only have storage PLAIN");
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    }
    if definition.compression.as_ref().is_some_and(|it| *it != "default") {
        let message = format!("column data type {printed} does not support compression");
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    }
    Ok(())
}

fn conflicting_null<T>(place: fmt::Arguments<'_>) -> Outcome<T> {
    fail(sqlstate::SYNTAX_ERROR, format!("conflicting NULL/NOT NULL declarations {place}"))
}

fn serial_type(name: &TypeName) -> Option<SequenceType> {
    if name.name.schema.is_some() || !name.modifiers.is_empty() {
        return None;
    }
    match name.name.name.as_str() {
        "smallserial" | "serial2" => Some(SequenceType::SmallInt),
        "serial" | "serial4" => Some(SequenceType::Integer),
        "bigserial" | "serial8" => Some(SequenceType::BigInt),
        _ => None,
    }
}

/// A collation that the schema makes.
fn find_collation(execution: &Execution, collation: &QualifiedName) -> Option<ObjectName> {
    let schemas = match &collation.schema {
        Some(schema) => vec![schema.clone()],
        None => execution.session.search_path.clone(),
    };
    let names = schemas.into_iter().map(|schema| ObjectName { schema, name: collation.name.clone() });
    names.into_iter().find(|full| {
        let key = ObjectKey::InSchema(ObjectClass::Collation, full.clone(), vec![]);
        let found = execution.schema.find_object(&key);
        found.is_some_and(|id| execution.schema.uncertain.about(&full.name, Some(id.0)).is_none())
    })
}

/// `GetColumnDefCollation`: the collation, unless it is the type's own.
pub(super) fn transform_collation(
    execution: &Execution,
    type_: &Type,
    collation: &QualifiedName,
) -> Outcome<Option<QualifiedName>> {
    if !types::is_collatable(&base_type(execution, type_)) {
        let type_ = execution.schema.format_type(&Type { modifier: -1, ..*type_ });
        return fail(sqlstate::DATATYPE_MISMATCH, format!("collations are not supported by type {type_}"));
    }
    match collation.name.as_str() {
        "default" => Ok(None),
        "C" | "POSIX" | "ucs_basic" | "unicode" | "und-x-icu" => {
            Ok(Some(QualifiedName { schema: None, name: collation.name.clone() }))
        }
        _ if find_collation(execution, collation).is_some() => {
            let schema = find_collation(execution, collation).map(|it| it.schema).filter(|it| *it != "public");
            Ok(Some(QualifiedName { schema, name: collation.name.clone() }))
        }
        other => unknown(format!("whether the server has the collation \"{other}\" is not known")),
    }
}

/// `create_toast_table` where the columns have come to need one.
pub(super) fn create_toast(execution: &mut Execution, table: RelationId) {
    let columns = execution.schema.table(table);
    if columns.toast || columns.is_partitioned() {
        return;
    }
    let stored = columns.live().filter(|(_, column)| column.generated.as_ref().is_none_or(|it| it.stored));
    let types: Vec<Type> = stored.map(|(_, column)| plain_type(execution, &column.type_)).collect();
    execution.schema.table_mut(table).toast = crate::pg::toast::needs_toast(&types);
}

/// A type that is stored in the same way: values of an enum are numbers.
fn plain_type(execution: &Execution, type_: &Type) -> Type {
    let base = base_type(execution, type_);
    let kind = match base.base {
        TypeRef::User(id) if !base.array => execution.schema.user_type(TypeId(id)).map(|it| &it.kind),
        _ => None,
    };
    if matches!(kind, Some(UserTypeKind::Enum { .. })) { Type::INT4 } else { base }
}

/// The SQLSTATE and words of a column that is not there.
pub(super) fn missing_column(column: &Ident, table: &str) -> PgError {
    PgError::new(
        sqlstate::UNDEFINED_COLUMN,
        format!("column \"{}\" of relation \"{table}\" does not exist", column.as_str()),
    )
}

/// The attribute number of a column, or 42703 in the words of `tablecmds.c`.
pub(super) fn attribute(execution: &Execution, table: RelationId, column: &Ident) -> Outcome<u16> {
    match execution.schema.table(table).column(column.as_str()) {
        Some((number, _)) => Ok(number),
        None => Err(missing_column(column, &execution.bare_name(table)).into()),
    }
}

/// `build_column_default`: a column without a default of its own has that of its domain.
pub(super) fn domain_default(execution: &Execution, type_: &Type) -> Option<Arc<Expression>> {
    let TypeRef::User(id) = type_.base else { return None };
    match execution.schema.user_type(TypeId(id)).map(|it| &it.kind) {
        Some(UserTypeKind::Domain { default, base, .. }) if !type_.array => {
            default.clone().or_else(|| domain_default(execution, base))
        }
        _ => None,
    }
}

pub(super) fn domain_with_constraints(execution: &Execution, base: &TypeRef) -> bool {
    matches!(base, TypeRef::User(id) if execution.schema.domain_is_constrained(TypeId(*id)))
}
