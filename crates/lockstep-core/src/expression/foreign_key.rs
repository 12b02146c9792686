//! Which types a foreign key compares: `ATAddForeignKeyConstraint`.

use smol_str::SmolStr;

use crate::effect::PgError;
use crate::expression::Context;
use crate::expression::scope::{Refusal, Scope, UserTypeInfo};
use crate::expression::typing::can_coerce;
use crate::name::Ident;
use crate::pg::catalog;
use crate::pg::catalog::extension::Installed;
use crate::pg::operator_class;
use crate::pg::sqlstate;
use crate::pg::types::{Type, TypeRef};
use crate::pg::version::PgVersion;
use crate::syntax::expression::TypeName;

/// Whether a foreign key may compare the types: there is an equality operator for both, or the
/// referencing one converts implicitly. `None`: not known (types of the schema that differ; look
/// through domains first).
pub fn can_compare_for_foreign_key(referencing: &Type, referenced: &Type) -> Option<bool> {
    let (referencing, referenced) = (referencing.bare(), referenced.bare());
    if referencing == referenced && matches!(referencing.base, TypeRef::User(_)) {
        return Some(true);
    }
    if [referencing, referenced].iter().any(|it| matches!(it.base, TypeRef::User(_))) {
        return None;
    }
    let Some(class) = operator_class::default_class(&referenced, "btree", Installed::all(PgVersion::default())) else {
        return Some(false);
    };
    let equal = |left: Type, right: Type| {
        catalog::equality().iter().any(|row| row.family == class.family && row.left.is(left) && row.right.is(right))
    };
    if equal(class.input, referencing) && equal(referencing, referencing) {
        return Some(true);
    }
    let inputs = [referenced, referencing];
    Some(can_coerce(&inputs, &[class.input, class.input], Context::Implicit, &Builtins))
}

/// A scope with nothing but what every server has.
pub(crate) struct Builtins;

impl Scope for Builtins {
    fn version(&self) -> PgVersion {
        PgVersion::default()
    }

    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal> {
        let name = parts.last().map(|it| it.as_str().to_owned()).unwrap_or_default();
        Err(PgError::new(sqlstate::UNDEFINED_COLUMN, format!("column \"{name}\" does not exist")).into())
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        Ok(crate::pg::types::resolve_builtin(name, self.version())?)
    }

    fn user_type(&self, _id: u32) -> Option<UserTypeInfo> {
        None
    }

    fn user_type_name(&self, _id: u32) -> SmolStr {
        SmolStr::new_static("???")
    }

    fn relation(&self, name: &str) -> Result<u32, Refusal> {
        Err(PgError::new(sqlstate::UNDEFINED_TABLE, format!("relation \"{name}\" does not exist")).into())
    }
}
