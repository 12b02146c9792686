//! `CREATE DOMAIN`: `DefineDomain`.

use std::rc::Rc;

use crate::expression::{self, Context, Kind, Refusal, Scope, UserTypeInfo};
use crate::name::Ident;
use crate::pg::types::{Type, TypeRef};
use crate::pg::version::PgVersion;
use crate::pg::{behavior, sqlstate};
use crate::schema::user_type::{DomainCheck, TypeId, UserTypeKind};
use crate::statement::column::{resolve_type, transform_collation};
use crate::statement::enum_type::new_type_name;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::scope::{TableScope, missing};
use crate::syntax::expression::TypeName;
use crate::syntax::statement::{ColumnConstraintKind, CreateDomain};

/// `VALUE` is the only thing that has a name: attribute number 1.
struct DomainScope<'a> {
    outer: TableScope<'a>,
    base: Type,
}

impl Scope for DomainScope<'_> {
    fn version(&self) -> PgVersion {
        self.outer.version()
    }

    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal> {
        match parts {
            [only] if *only == "value" => Ok((1, self.base)),
            _ => Err(missing(parts).into()),
        }
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        self.outer.resolve_type(name)
    }

    fn user_type(&self, id: u32) -> Option<UserTypeInfo> {
        self.outer.user_type(id)
    }

    fn user_type_name(&self, id: u32) -> String {
        self.outer.user_type_name(id)
    }

    fn relation(&self, name: &str) -> Result<u32, Refusal> {
        self.outer.relation(name)
    }
}

pub(super) fn create(statement: &CreateDomain, execution: &mut Execution) -> Outcome {
    let name = new_type_name(execution, &statement.name)?;
    let base = resolve_type(execution, &statement.type_name)?;
    if let Some(collation) = &statement.collation
        && transform_collation(execution, &base, collation)?.is_some()
    {
        return unknown("a domain with a collation of its own is not modelled");
    }
    let (mut not_null, mut default) = (None, None);
    let mut checks: Vec<DomainCheck> = vec![];
    for constraint in &statement.constraints {
        let scope = DomainScope { outer: TableScope { execution, table: None, alias: None }, base };
        match &constraint.kind {
            ColumnConstraintKind::NotNull { .. } | ColumnConstraintKind::Null => {
                let wanted = matches!(constraint.kind, ColumnConstraintKind::NotNull { .. });
                if not_null.is_some_and(|it| it != wanted) {
                    return fail(sqlstate::SYNTAX_ERROR, "conflicting NULL/NOT NULL constraints");
                }
                if constraint.name.is_some() {
                    return unknown("a named NOT NULL constraint of a domain is not modelled");
                }
                not_null = Some(wanted);
            }
            ColumnConstraintKind::Default(expression) => {
                if default.is_some() {
                    return fail(sqlstate::SYNTAX_ERROR, "multiple default expressions");
                }
                let made = expression::analyze(expression, &scope, Kind::Default)?;
                let Some(made) = expression::coerce_to_target(made, &base, Context::Assignment, &scope)? else {
                    return unknown("a default that does not fit the domain's type is not modelled");
                };
                default = Some(Rc::new(made));
            }
            ColumnConstraintKind::Check { expression, .. } => {
                let made = expression::analyze_boolean(expression, &scope, Kind::DomainCheck)?;
                let others: Vec<Ident> = checks.iter().map(|check| check.name.clone()).collect();
                let check_name = match &constraint.name {
                    Some(given) if others.contains(given) => {
                        let message = format!(
                            "constraint \"{}\" for domain \"{}\" already exists",
                            given.as_str(),
                            name.name.as_str()
                        );
                        return fail(sqlstate::DUPLICATE_OBJECT, message);
                    }
                    Some(given) => given.clone(),
                    None => {
                        let schema = &execution.schema;
                        schema.choose_constraint_name(name.name.as_str(), None, "check", &name.schema, &others)
                    }
                };
                checks.push(DomainCheck { name: check_name, expression: Rc::new(made), validated: true });
            }
            ColumnConstraintKind::Unique { .. } => {
                return fail(sqlstate::SYNTAX_ERROR, "unique constraints not possible for domains");
            }
            ColumnConstraintKind::PrimaryKey { .. } => {
                return fail(sqlstate::SYNTAX_ERROR, "primary key constraints not possible for domains");
            }
            ColumnConstraintKind::References(_) => {
                return fail(sqlstate::SYNTAX_ERROR, "foreign key constraints not possible for domains");
            }
            ColumnConstraintKind::Generated { .. } | ColumnConstraintKind::Identity { .. } => {
                return unknown("this clause of CREATE DOMAIN is not modelled");
            }
        }
    }
    if let TypeRef::User(id) = base.base
        && !base.array
        && execution.schema.user_type(TypeId(id)).is_none()
    {
        return unknown("the domain's type is not modelled");
    }
    let not_null = not_null == Some(true);
    let not_null_name = (not_null && behavior::domain_not_null_is_a_constraint(execution.version)).then(|| {
        let others: Vec<Ident> = checks.iter().map(|check| check.name.clone()).collect();
        execution.schema.choose_constraint_name(name.name.as_str(), None, "not_null", &name.schema, &others)
    });
    let kind = UserTypeKind::Domain { base, not_null_name, not_null, default, checks };
    execution.schema.add_type(name, kind);
    Ok(())
}
