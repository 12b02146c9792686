//! `ALTER DOMAIN`: `AlterDomainNotNull` and its relatives of `typecmds.c`.

use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::{self, Context, Expression, Kind};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::types::{Type, TypeRef};
use crate::pg::{behavior, sqlstate};
use crate::schema::dependency::Object;
use crate::schema::relation::{Rows, TableKind};
use crate::schema::user_type::{DomainCheck, TypeId, UserType, UserTypeKind};
use crate::statement::Command;
use crate::statement::alter_type::{Found, find, is_used_by};
use crate::statement::deletion::delete;
use crate::statement::domain::{DomainScope, new_check, not_null_name};
use crate::statement::execution::{Execution, Outcome, fail, plain};
use crate::statement::known_rows;
use crate::syntax::expression::Expr;
use crate::syntax::statement::{AlterDomain, DomainAction, DomainConstraint};

const SCANNED: &str = "every row with a value of the domain is read, and none may be written meanwhile";

impl Command for AlterDomain {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("ALTER DOMAIN")?;
        let it = match find(execution, &self.name)? {
            Found::Type(it) if matches!(it.kind, UserTypeKind::Domain { .. }) => it,
            Found::Type(_) | Found::RowType(_) => {
                return fail(sqlstate::WRONG_OBJECT_TYPE, format!("{} is not a domain", plain(&self.name)));
            }
            Found::None => {
                return fail(sqlstate::UNDEFINED_OBJECT, format!("type \"{}\" does not exist", plain(&self.name)));
            }
        };
        match &self.action {
            DomainAction::SetDefault(default) => set_default(execution, &it, Some(default)),
            DomainAction::DropDefault => set_default(execution, &it, None),
            DomainAction::SetNotNull => set_not_null(execution, &it, None),
            DomainAction::DropNotNull => {
                change(execution, it.id, |domain| (*domain.not_null, *domain.not_null_name) = (false, None));
                Ok(())
            }
            DomainAction::AddConstraint(constraint) => add_constraint(execution, &it, constraint),
            DomainAction::DropConstraint { name, if_exists, cascade } => {
                drop_constraint(execution, &it, name, *if_exists, *cascade)
            }
            DomainAction::ValidateConstraint(name) => validate(execution, &it, name),
            DomainAction::RenameConstraint { from, to } => rename_constraint(execution, &it, from, to),
        }
    }
}

/// The parts of a domain, to be changed.
struct Parts<'a> {
    not_null: &'a mut bool,
    not_null_name: &'a mut Option<Ident>,
    default: &'a mut Option<Arc<Expression>>,
    checks: &'a mut Vec<DomainCheck>,
}

fn change(execution: &mut Execution, id: TypeId, how: impl FnOnce(Parts<'_>)) {
    if let Some(it) = execution.schema.user_type_mut(id)
        && let UserTypeKind::Domain { not_null, not_null_name, default, checks, .. } = &mut it.kind
    {
        how(Parts { not_null, not_null_name, default, checks });
    }
}

fn base(it: &UserType) -> Type {
    match &it.kind {
        UserTypeKind::Domain { base, .. } => *base,
        _ => Type { base: TypeRef::User(it.id.0), modifier: -1, array: false },
    }
}

/// `AlterDomainDefault`: a plain `NULL` is none. Columns look the default up when rows are inserted.
fn set_default(execution: &mut Execution, it: &UserType, default: Option<&Expr>) -> Outcome {
    let made = match default {
        Some(written) => {
            let scope = DomainScope::without_value(execution);
            let made = expression::analyze(written, &scope, Kind::Default)?;
            let from = *made.type_();
            let Some(made) = expression::coerce_to_target(made, &base(it), Context::Assignment, &scope)? else {
                let printed = |type_: Type| execution.schema.format_type(&Type { modifier: -1, ..type_ });
                let message = format!(
                    "column \"{}\" is of type {} but default expression is of type {}",
                    it.name.name.as_str(),
                    printed(base(it)),
                    printed(from)
                );
                return fail(sqlstate::DATATYPE_MISMATCH, message);
            };
            Some(Arc::new(made)).filter(|made| !made.is_null_constant())
        }
        None => None,
    };
    change(execution, it.id, |domain| *domain.default = made);
    Ok(())
}

/// `AlterDomainNotNull`, and from 17 on `ADD NOT NULL`.
fn set_not_null(execution: &mut Execution, it: &UserType, name: Option<&Ident>) -> Outcome {
    if matches!(it.kind, UserTypeKind::Domain { not_null: true, .. }) {
        return Ok(());
    }
    let name = match name {
        Some(name) if it.has_constraint(name) => return exists(it, name),
        Some(name) => Some(name.clone()),
        None if behavior::domain_not_null_is_a_constraint(execution.version) => {
            Some(not_null_name(execution, &it.name, &[]))
        }
        None => None,
    };
    for (table, columns) in tables_with_domain(execution, it)? {
        for number in columns {
            let relation = execution.schema.relation(table);
            let (full, rows) = (relation.name.clone(), relation.table().map(|table| table.rows));
            let Some(column) = relation.columns().attribute(number).cloned() else { continue };
            if column.has_null {
                let message = format!(
                    "column \"{}\" of table \"{}\" contains null values",
                    column.name.as_str(),
                    full.name.as_str()
                );
                return fail(sqlstate::NOT_NULL_VIOLATION, message);
            }
            if rows != Some(Rows::Empty) && !column.filled && !column.not_null {
                let query = format!("SELECT count(*) FROM {full} WHERE {} IS NULL", column.name);
                execution.precondition(query, "0", sqlstate::NOT_NULL_VIOLATION);
            }
        }
    }
    change(execution, it.id, |domain| (*domain.not_null, *domain.not_null_name) = (true, name));
    Ok(())
}

/// `AlterDomainAddConstraint`.
fn add_constraint(execution: &mut Execution, it: &UserType, constraint: &DomainConstraint) -> Outcome {
    let attributes = constraint.attributes;
    let kind = if constraint.check.is_some() { "CHECK" } else { "NOT NULL" };
    if constraint.check.is_none() && !behavior::domain_not_null_is_a_constraint(execution.version) {
        return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"NOT\"");
    }
    let refused = match attributes {
        _ if attributes.deferrable == Some(true) || attributes.initially_deferred == Some(true) => Some("DEFERRABLE"),
        _ if attributes.not_valid && constraint.check.is_none() => Some("NOT VALID"),
        _ if attributes.enforced == Some(false) => Some("NOT ENFORCED"),
        _ if attributes.enforced == Some(true) => Some("ENFORCED"),
        _ => None,
    };
    if attributes.enforced.is_some() && !behavior::has_enforced(execution.version) {
        return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"ENFORCED\"");
    }
    if let Some(refused) = refused {
        let message = format!("{kind} constraints cannot be marked {refused}");
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    }
    let Some(written) = &constraint.check else { return set_not_null(execution, it, constraint.name.as_ref()) };
    let others = it.constraint_names();
    let check = new_check(execution, &it.name, &base(it), constraint.name.as_ref(), written, &others)?;
    let check = DomainCheck { validated: !attributes.not_valid, ..check };
    if check.validated {
        scan(execution, it, &check.expression)?;
    }
    execution.schema.add_domain_check(it.id, check);
    Ok(())
}

/// `validateDomainCheckConstraint`.
fn scan(execution: &mut Execution, it: &UserType, condition: &Expression) -> Outcome {
    for (table, columns) in tables_with_domain(execution, it)? {
        for number in columns {
            let Some(column) = execution.schema.relation(table).columns().attribute(number).cloned() else { continue };
            let moved = condition.over_column(number, &column.type_);
            match known_rows::every(execution, table, &moved, |truth| truth != Some(false)) {
                Some(true) => continue,
                Some(false) => {
                    let (column, table) = (column.name.as_str(), execution.bare_name(table));
                    let message = format!(
                        "column \"{column}\" of table \"{table}\" contains values that violate the new constraint"
                    );
                    return fail(sqlstate::CHECK_VIOLATION, message);
                }
                None => {}
            }
            if let Some(it) = crate::statement::row_checks::violations(execution, table, &moved) {
                execution.precondition(it.query, &it.expected, it.sqlstate_otherwise);
            }
        }
    }
    Ok(())
}

/// `AlterDomainDropConstraint`.
fn drop_constraint(execution: &mut Execution, it: &UserType, name: &Ident, if_exists: bool, cascade: bool) -> Outcome {
    if it.has_constraint(name) {
        return delete(execution, &[Object::DomainConstraint(it.id, name.clone())], cascade);
    }
    let message = format!("constraint \"{}\" of domain \"{}\" does not exist", name.as_str(), it.name.name.as_str());
    match if_exists {
        true => {
            execution.notice(format!("{message}, skipping"));
            Ok(())
        }
        false => fail(sqlstate::UNDEFINED_OBJECT, message),
    }
}

/// `AlterDomainValidateConstraint`: it reads the rows also for a constraint that is valid already.
fn validate(execution: &mut Execution, it: &UserType, name: &Ident) -> Outcome {
    let UserTypeKind::Domain { checks, .. } = &it.kind else { return Ok(()) };
    let domain = it.name.name.as_str();
    let Some(check) = checks.iter().find(|check| check.name == *name) else {
        let name_text = name.as_str();
        return match it.has_constraint(name) {
            true => fail(
                sqlstate::WRONG_OBJECT_TYPE,
                format!("constraint \"{name_text}\" of domain \"{domain}\" is not a check constraint"),
            ),
            false => fail(
                sqlstate::UNDEFINED_OBJECT,
                format!("constraint \"{name_text}\" of domain \"{domain}\" does not exist"),
            ),
        };
    };
    scan(execution, it, &check.expression)?;
    change(execution, it.id, |domain| {
        domain.checks.iter_mut().filter(|check| check.name == *name).for_each(|check| check.validated = true);
    });
    Ok(())
}

fn exists(it: &UserType, name: &Ident) -> Outcome {
    let message = format!("constraint \"{}\" for domain \"{}\" already exists", name.as_str(), it.name.name.as_str());
    fail(sqlstate::DUPLICATE_OBJECT, message)
}

/// `rename_constraint_internal` of a domain's constraint.
fn rename_constraint(execution: &mut Execution, it: &UserType, from: &Ident, to: &Ident) -> Outcome {
    if !it.has_constraint(from) {
        let message = format!("constraint \"{}\" for domain {} does not exist", from.as_str(), it.name);
        return fail(sqlstate::UNDEFINED_OBJECT, message);
    }
    if it.has_constraint(to) {
        let message = format!("constraint \"{}\" for domain {} already exists", to.as_str(), it.name);
        return fail(sqlstate::DUPLICATE_OBJECT, message);
    }
    execution.schema.note_constraint_name(&it.name.schema, to);
    change(execution, it.id, |domain| {
        domain.checks.iter_mut().filter(|check| check.name == *from).for_each(|check| check.name = to.clone());
        domain.not_null_name.iter_mut().filter(|name| *name == from).for_each(|name| *name = to.clone());
    });
    Ok(())
}

/// `get_rels_with_domain`: tables and materialized views with columns of the domain, or of one made of
/// it, each locked; an array or composite type that holds it stands in the way.
fn tables_with_domain(execution: &mut Execution, it: &UserType) -> Outcome<Vec<(RelationId, Vec<u16>)>> {
    let mut found: Vec<(RelationId, Vec<u16>)> = vec![];
    collect(execution, it.id, &it.name.name, &mut found)?;
    Ok(found)
}

fn collect(execution: &mut Execution, id: TypeId, domain: &Ident, found: &mut Vec<(RelationId, Vec<u16>)>) -> Outcome {
    for (table, number) in execution.schema.columns_of_type(id) {
        let relation = execution.schema.relation(table);
        let Some(column) = relation.columns().attribute(number) else { continue };
        if let Some((holder, held)) = execution.schema.column_that_holds(TypeId(table.0)) {
            return is_used_by(execution, domain, holder, held);
        }
        if column.type_.array {
            return is_used_by(execution, domain, table, number);
        }
        let kept = relation.table().is_some_and(|it| matches!(it.kind, TableKind::Ordinary | TableKind::Materialized));
        if !kept {
            continue;
        }
        execution.lock(table, LockMode::Share, SCANNED);
        match found.iter_mut().find(|(it, _)| *it == table) {
            Some((_, columns)) => columns.push(number),
            None => found.push((table, vec![number])),
        }
    }
    for (composite, _) in execution.schema.attributes_of_type(id) {
        let holder = execution.schema.composite_over(composite).and_then(|it| execution.schema.column_that_holds(it));
        if let Some((table, number)) = holder {
            return is_used_by(execution, domain, table, number);
        }
    }
    let over: Vec<(TypeId, bool)> = execution
        .schema
        .types()
        .filter_map(|other| match &other.kind {
            UserTypeKind::Domain { base, .. } if base.base == TypeRef::User(id.0) => Some((other.id, base.array)),
            _ => None,
        })
        .collect();
    for (other, array) in over {
        match execution.schema.column_that_holds(other) {
            Some((table, number)) if array => return is_used_by(execution, domain, table, number),
            _ if array => {}
            _ => collect(execution, other, domain, found)?,
        }
    }
    Ok(())
}
