//! Who may grant: `select_best_grantor`, `restrict_and_check_grant`.

use crate::schema::dependency::Object;
use crate::schema::ownership::PrivilegeKey;
use crate::schema::rights::Right;
use crate::statement::execution::{Execution, Outcome};
use crate::statement::permission::before::found;
use crate::syntax::statement::{Grant, GrantTarget, ObjectType};

/// The owner grants, and whoever has the grant option. Who has no privilege at all is refused; who has
/// some is warned, which is not followed.
pub(super) fn check(statement: &Grant, execution: &mut Execution) -> Outcome<bool> {
    let GrantTarget::Objects(object, addresses) = &statement.target else {
        return Ok(future_is_own(statement, execution));
    };
    let mut certain = true;
    for address in addresses {
        let (on, words) = match object {
            ObjectType::Table | ObjectType::Sequence => match found(execution, &address.name) {
                Some(id) => (Object::Relation(id), execution.words_of(id)),
                None => continue,
            },
            ObjectType::Schema => {
                let name = address.name.name.clone();
                let words = format!("schema {}", name.as_str());
                (Object::Namespace(name), words)
            }
            _ => return Ok(false),
        };
        let owns = execution.owns(&on);
        if owns.is_yes() {
            continue;
        }
        let acting = execution.session.role.clone();
        let has_any = execution.schema.ownership.privileges().any(|(key, held)| {
            let on_part = match (&key.object, &on) {
                (Object::Column(id, _), Object::Relation(of)) => id == of,
                (object, of) => object == of,
            };
            on_part && held.granted && (Some(&key.grantee) == acting.as_ref() || key.grantee == "public")
        });
        match owns {
            Right::No
                if !has_any && execution.schema.may(acting.as_ref(), &on, "any", execution.version) == Right::No =>
            {
                execution.settle(Right::No, || format!("permission denied for {words}"))?;
            }
            _ => certain = false,
        }
    }
    Ok(certain)
}

/// `ALTER DEFAULT PRIVILEGES` of the role itself.
fn future_is_own(statement: &Grant, execution: &Execution) -> bool {
    match &statement.target {
        GrantTarget::Future { roles, .. } => {
            let acting = execution.session.role.as_ref();
            roles.iter().all(|it| execution.owner_of(it).as_ref() == acting)
        }
        _ => false,
    }
}

/// A privilege has as many entries as it has grantors; of those only the owner's is kept.
pub(in crate::statement) fn note(execution: &mut Execution, key: &PrivilegeKey) {
    let object = match &key.object {
        Object::Column(id, _) => Object::Relation(*id),
        other => other.clone(),
    };
    if execution.session.role.is_some() && !execution.owns(&object).is_yes() {
        execution.schema.ownership.blur(key.clone());
    }
}
