//! `CREATE DOMAIN`: `DefineDomain`.

use smol_str::SmolStr;
use triomphe::Arc;

use crate::effect::ObjectName;
use crate::expression::{self, Callable, Context, Kind, Refusal, Scope, UserTypeInfo};
use crate::name::{Ident, QualifiedName};
use crate::pg::catalog::extension::Installed;
use crate::pg::types::{Type, TypeRef};
use crate::pg::version::PgVersion;
use crate::pg::{behavior, sqlstate};
use crate::schema::dependency::Object;
use crate::schema::user_type::{DomainCheck, TypeId, UserTypeKind};
use crate::statement::column::{resolve_type, transform_collation};
use crate::statement::enum_type::new_type_name;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::scope::{TableScope, missing};
use crate::syntax::expression::{Expr, TypeName};
use crate::syntax::statement::{ColumnConstraintKind, CreateDomain};

/// `VALUE` is the only thing that has a name: attribute number 1.
pub(super) struct DomainScope<'a> {
    outer: TableScope<'a>,
    /// `None` where nothing has a name.
    base: Option<Type>,
}

impl<'a> DomainScope<'a> {
    fn with_value(execution: &'a Execution, base: Type) -> Self {
        DomainScope { outer: TableScope { execution, table: None, alias: None }, base: Some(base) }
    }

    /// For a default, which belongs to no value.
    pub(super) fn without_value(execution: &'a Execution) -> Self {
        DomainScope { outer: TableScope { execution, table: None, alias: None }, base: None }
    }
}

impl Scope for DomainScope<'_> {
    fn version(&self) -> PgVersion {
        self.outer.version()
    }

    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal> {
        match (parts, self.base) {
            ([only], Some(base)) if *only == "value" => Ok((1, base)),
            _ => Err(missing(parts).into()),
        }
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        self.outer.resolve_type(name)
    }

    fn user_type(&self, id: u32) -> Option<UserTypeInfo> {
        self.outer.user_type(id)
    }

    fn attributes(&self, id: u32) -> Option<Vec<(Ident, Type)>> {
        self.outer.attributes(id)
    }

    fn extensions(&self) -> Installed {
        self.outer.extensions()
    }

    fn may_bring_operator(&self, symbol: &str) -> bool {
        self.outer.may_bring_operator(symbol)
    }

    fn user_type_name(&self, id: u32) -> SmolStr {
        self.outer.user_type_name(id)
    }

    fn relation(&self, name: &str) -> Result<u32, Refusal> {
        self.outer.relation(name)
    }

    fn functions(&self, name: &QualifiedName) -> Result<Option<Vec<Callable>>, Refusal> {
        self.outer.functions(name)
    }
}

pub(super) fn create(statement: &CreateDomain, execution: &mut Execution) -> Outcome {
    let name = new_type_name(execution, &statement.name)?;
    let base = resolve_type(execution, &statement.type_name)?;
    let collation = match &statement.collation {
        Some(collation) => transform_collation(execution, &base, collation)?,
        None => None,
    };
    let (mut not_null, mut default, mut given_name) = (None, None, None);
    let mut checks: Vec<DomainCheck> = vec![];
    for constraint in &statement.constraints {
        match &constraint.kind {
            ColumnConstraintKind::NotNull { .. } | ColumnConstraintKind::Null => {
                let wanted = matches!(constraint.kind, ColumnConstraintKind::NotNull { .. });
                if not_null.is_some_and(|it| it != wanted) {
                    return fail(sqlstate::SYNTAX_ERROR, "conflicting NULL/NOT NULL constraints");
                }
                not_null = Some(wanted);
                given_name = given_name.or(constraint.name.clone());
            }
            ColumnConstraintKind::Default(expression) => {
                if default.is_some() {
                    return fail(sqlstate::SYNTAX_ERROR, "multiple default expressions");
                }
                let scope = DomainScope::without_value(execution);
                let made = expression::analyze(expression, &scope, Kind::Default)?;
                let Some(made) = expression::coerce_to_target(made, &base, Context::Assignment, &scope)? else {
                    return unknown("a default that does not fit the domain's type is not modelled");
                };
                default = Some(Arc::new(made));
            }
            ColumnConstraintKind::Check { expression, .. } => {
                let others: Vec<Ident> = checks.iter().map(|check| check.name.clone()).collect();
                checks.push(new_check(execution, &name, &base, constraint.name.as_ref(), expression, &others)?);
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
        && !execution.schema.has_object(&Object::Type(TypeId(id)))
    {
        return unknown("the domain's type is not modelled");
    }
    let not_null = not_null == Some(true);
    let not_null_name = (not_null && behavior::domain_not_null_is_a_constraint(execution.version)).then(|| {
        let others: Vec<Ident> = checks.iter().map(|check| check.name.clone()).collect();
        given_name.unwrap_or_else(|| not_null_name(execution, &name, &others))
    });
    let kind = UserTypeKind::Domain { base, collation, not_null_name, not_null, default, checks };
    execution.schema.add_type(name, kind);
    Ok(())
}

/// `domainAddCheckConstraint`: `others` are the constraints that the domain has already.
pub(super) fn new_check(
    execution: &Execution,
    domain: &ObjectName,
    base: &Type,
    given: Option<&Ident>,
    condition: &Expr,
    others: &[Ident],
) -> Outcome<DomainCheck> {
    let name = match given {
        Some(given) if others.contains(given) => {
            let (given, domain) = (given.as_str(), domain.name.as_str());
            let message = format!("constraint \"{given}\" for domain \"{domain}\" already exists");
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        Some(given) => given.clone(),
        None => execution.schema.choose_constraint_name(domain.name.as_str(), None, "check", &domain.schema, others),
    };
    let scope = DomainScope::with_value(execution, *base);
    let made = expression::analyze_boolean(condition, &scope, Kind::DomainCheck)?;
    Ok(DomainCheck { name, expression: Arc::new(made), validated: true })
}

/// A check that is read again after what it looks at has another type.
pub(super) fn reread_check(execution: &mut Execution, domain: TypeId, name: &Ident, text: &str) -> Outcome {
    let Some(UserTypeKind::Domain { base, .. }) = execution.schema.user_type(domain).map(|it| it.kind.clone()) else {
        return Ok(());
    };
    let Ok(condition) = crate::syntax::parse_expression(text) else {
        return unknown("a check of a domain cannot be read back");
    };
    let scope = DomainScope::with_value(execution, base);
    let made = Arc::new(expression::analyze_boolean(&condition, &scope, Kind::DomainCheck)?);
    if let Some(it) = execution.schema.user_type_mut(domain)
        && let UserTypeKind::Domain { checks, .. } = &mut it.kind
        && let Some(check) = checks.iter_mut().find(|it| it.name == *name)
    {
        check.expression = made;
    }
    Ok(())
}

/// `domainAddNotNullConstraint`: the name where none is given.
pub(super) fn not_null_name(execution: &Execution, domain: &ObjectName, others: &[Ident]) -> Ident {
    execution.schema.choose_constraint_name(domain.name.as_str(), None, "not_null", &domain.schema, others)
}
