//! Roles, owners and privileges as they were: what statements said of them is said the other way round.

use std::collections::{BTreeMap, BTreeSet};

use crate::effect::RelationId;
use crate::name::Ident;
use crate::rollback::Work;
use crate::rollback::script::{self, Phase};
use crate::rollback::state::State;
use crate::schema::Schema;
use crate::schema::dependency::Object;
use crate::schema::object::{ObjectClass, ObjectKey};
use crate::schema::ownership::{Held, PrivilegeKey, RoleState};
use crate::syntax::address::role;
use crate::syntax::statement::{RoleCommand, Statement};

const NOT_HELD: Held = Held { granted: false, grantable: false };

impl Work<'_> {
    pub(super) fn restore_ownership(&mut self, state: &State<'_>) {
        for step in &state.steps {
            if let Some(Statement::Role(RoleCommand::Alter { .. }) | Statement::AlterDatabase(_)) =
                step.statement.as_deref()
            {
                self.cannot(format!(
                    "What step {} ({}) changed is not undone here: what roles and databases have set is not known.",
                    step.index, step.command
                ));
            }
        }
        self.restore_owners();
        self.restore_privileges();
        self.restore_defaults();
        self.restore_memberships();
        self.restore_roles();
    }

    /// The object in its present form; `None` where it is made anew.
    fn counterpart(&self, object: &Object) -> Option<Object> {
        let relation = |id| match self.now.get(id).is_some() {
            true => Some(id),
            false => self.pair_of(id).map(|pair| pair.is),
        };
        match object {
            Object::Relation(id) => relation(*id).map(Object::Relation),
            Object::Column(id, number) => match self.pair_of(*id) {
                Some(pair) => {
                    let column = pair.columns.iter().find(|it| it.was == *number)?;
                    Some(Object::Column(pair.is, column.is))
                }
                None => self.now.has_object(object).then(|| object.clone()),
            },
            other => self.now.has_object(other).then(|| other.clone()),
        }
    }

    fn restore_owners(&mut self) {
        let (start, now) = (self.start, self.now);
        let named: BTreeSet<&Object> =
            start.ownership.owners().chain(now.ownership.owners()).map(|(object, _)| object).collect();
        for object in named {
            if !start.has_object(object) {
                continue;
            }
            let was = start.ownership.owner(object);
            let is = self.counterpart(object).and_then(|it| now.ownership.owner(&it));
            let part = match object {
                Object::Relation(id) => {
                    start.get(*id).and_then(|it| it.sequence()).is_some_and(|it| it.owner.is_some())
                }
                _ => false,
            };
            if was == is || part {
                continue;
            }
            let owner = was.map_or_else(|| "CURRENT_USER".to_owned(), role);
            if let Some(words) = address_words(start, object) {
                self.add(Phase::Detail, format!("ALTER {words} OWNER TO {owner}"));
            }
        }
    }

    fn restore_privileges(&mut self) {
        let (start, now) = (self.start, self.now);
        let keys: BTreeSet<&PrivilegeKey> =
            start.ownership.privileges().chain(now.ownership.privileges()).map(|(key, _)| key).collect();
        let mut statements: BTreeMap<(String, &'static str, &Ident), Vec<String>> = BTreeMap::new();
        for key in keys {
            if !start.has_object(&key.object) {
                continue;
            }
            let default = default_of(start, key);
            let was = start.ownership.privilege(key).unwrap_or(default);
            let is = self
                .counterpart(&key.object)
                .and_then(|object| now.ownership.privilege(&PrivilegeKey { object, ..key.clone() }))
                .unwrap_or(default);
            let Some((on, column)) = grant_target(start, key) else { continue };
            let verb = match verb(was, is) {
                Some(verb) => verb,
                None => continue,
            };
            statements.entry((on, verb, &key.grantee)).or_default().push(privilege_words(key, column));
        }
        for ((on, verb, grantee), privileges) in statements {
            let sql = sentence(verb, &privileges.join(", "), &format!("ON {on}"), &role(grantee));
            self.add_for(grantee, sql);
        }
    }

    fn restore_defaults(&mut self) {
        let (start, now) = (self.start, self.now);
        let keys: BTreeSet<_> =
            start.ownership.defaults().chain(now.ownership.defaults()).map(|(key, _)| key).collect();
        for key in keys {
            let was = start.ownership.default_privilege(key).unwrap_or(NOT_HELD);
            let is = now.ownership.default_privilege(key).unwrap_or(NOT_HELD);
            if key.schema.as_ref().is_some_and(|schema| !start.has_namespace(schema.as_str())) {
                continue;
            }
            let Some(verb) = verb(was, is) else { continue };
            let of = key.role.as_ref().map(|it| format!("FOR ROLE {} ", role(it))).unwrap_or_default();
            let within = key.schema.as_ref().map(|it| format!("IN SCHEMA {it} ")).unwrap_or_default();
            let sql =
                sentence(verb, &key.privilege.to_uppercase(), &format!("ON {}", key.objects), &role(&key.grantee));
            self.add_for(&key.grantee, format!("ALTER DEFAULT PRIVILEGES {of}{within}{sql}"));
        }
    }

    /// A role that was made on the way is gone when the script runs again.
    fn add_for(&mut self, grantee: &Ident, sql: String) {
        match self.is_made_role(grantee) {
            true => self.add_if(Phase::Detail, script::role_exists(grantee), sql),
            false => self.add(Phase::Detail, sql),
        }
    }

    fn restore_memberships(&mut self) {
        let (start, now) = (self.start, self.now);
        let keys: BTreeSet<_> =
            start.ownership.memberships().chain(now.ownership.memberships()).map(|(key, _)| key).collect();
        for key in keys {
            let (of, member) = (role(&key.0), role(&key.1));
            let was = start.ownership.membership(key).unwrap_or(NOT_HELD);
            let is = now.ownership.membership(key).unwrap_or(NOT_HELD);
            if was == is || self.is_made_role(&key.0) || self.is_made_role(&key.1) {
                continue;
            }
            if was.granted {
                let admin = if was.grantable { " WITH ADMIN OPTION" } else { "" };
                self.add(Phase::Detail, format!("GRANT {of} TO {member}{admin}"));
            } else {
                self.add(Phase::Detail, format!("REVOKE {of} FROM {member}"));
            }
        }
    }

    fn is_made_role(&self, name: &Ident) -> bool {
        self.now.ownership.role(name) == Some(RoleState::Made)
            && self.start.ownership.role(name) != Some(RoleState::Made)
    }

    fn restore_roles(&mut self) {
        for (name, state) in self.now.ownership.roles() {
            let was = self.start.ownership.role(name);
            if self.is_made_role(name) && !matches!(was, Some(RoleState::Assumed)) {
                self.actions.push((
                    Phase::DropRole,
                    super::Action::new(Phase::DropRole.place(), format!("DROP ROLE IF EXISTS {name}")),
                ));
            } else if state == RoleState::Dropped && was != Some(RoleState::Dropped) {
                super::push_once(
                    &mut self.impossible,
                    format!(
                        "The role {name} is not made again: what it was allowed to do, and its password, are not known."
                    ),
                );
            }
        }
    }
}

/// What takes the privilege from how it is to how it was.
fn verb(was: Held, is: Held) -> Option<&'static str> {
    match (was, is) {
        _ if was == is => None,
        (Held { granted: true, grantable: true }, _) => Some("GRANT WITH GRANT OPTION"),
        (Held { granted: true, .. }, Held { granted: true, .. }) => Some("REVOKE GRANT OPTION"),
        (Held { granted: true, .. }, _) => Some("GRANT"),
        _ => Some("REVOKE"),
    }
}

fn sentence(verb: &str, privileges: &str, on: &str, grantee: &str) -> String {
    match verb {
        "GRANT WITH GRANT OPTION" => format!("GRANT {privileges} {on} TO {grantee} WITH GRANT OPTION"),
        "REVOKE GRANT OPTION" => format!("REVOKE GRANT OPTION FOR {privileges} {on} FROM {grantee}"),
        "GRANT" => format!("GRANT {privileges} {on} TO {grantee}"),
        _ => format!("REVOKE {privileges} {on} FROM {grantee}"),
    }
}

/// Statements that give others what they may do with a relation or its columns, beyond what they may with a new one.
pub(crate) fn grants_on(schema: &Schema, id: RelationId) -> Vec<String> {
    let mut statements: BTreeMap<(String, &'static str, &Ident), Vec<String>> = BTreeMap::new();
    for (key, held) in schema.ownership.privileges() {
        let is_of_it = matches!(key.object, Object::Relation(it) | Object::Column(it, _) if it == id);
        let Some(verb) = verb(held, default_of(schema, key)).filter(|_| is_of_it) else { continue };
        let Some((on, column)) = grant_target(schema, key) else { continue };
        statements.entry((on, verb, &key.grantee)).or_default().push(privilege_words(key, column));
    }
    let each = statements.into_iter();
    each.map(|((on, verb, grantee), all)| sentence(verb, &all.join(", "), &format!("ON {on}"), &role(grantee)))
        .collect()
}

fn privilege_words(key: &PrivilegeKey, column: Option<Ident>) -> String {
    match column {
        Some(column) => format!("{} ({column})", key.privilege.to_uppercase()),
        None => key.privilege.to_uppercase(),
    }
}

/// `acldefault`: the owner may do everything, everybody may call functions and use types.
fn default_of(schema: &Schema, key: &PrivilegeKey) -> Held {
    let own = matches!(key.grantee.as_str(), "current_user" | "session_user" | "current_role" | "postgres");
    let owner = match schema.ownership.owner(&key.object) {
        Some(owner) => *owner == key.grantee,
        None => own,
    };
    let everybody = key.grantee == "public"
        && match &key.object {
            Object::Namespace(name) => name == "public" && key.privilege == "usage",
            _ => matches!(key.kind, "FUNCTION" | "PROCEDURE" | "ROUTINE" | "TYPE" | "LANGUAGE"),
        };
    Held { granted: owner || everybody, grantable: false }
}

/// What stands after `ON`, and the column.
fn grant_target(schema: &Schema, key: &PrivilegeKey) -> Option<(String, Option<Ident>)> {
    let kind = key.kind;
    Some(match &key.object {
        Object::Relation(id) => (format!("{kind} {}", schema.get(*id)?.name), None),
        Object::Column(id, number) => {
            let relation = schema.get(*id)?;
            (format!("{kind} {}", relation.name), Some(relation.columns().column_name(*number)))
        }
        Object::Type(id) => (format!("{kind} {}", schema.user_type(*id)?.name), None),
        Object::Namespace(name) => (format!("{kind} {name}"), None),
        Object::Other(id) => match &schema.object(*id)?.key {
            ObjectKey::InSchema(ObjectClass::Function, ..) => {
                (format!("{kind} {}", schema.routine_signature(schema.object(*id)?)), None)
            }
            ObjectKey::InSchema(_, name, arguments) => (format!("{kind} {name}({})", arguments.join(", ")), None),
            ObjectKey::Global(_, name) => (format!("{kind} {name}"), None),
            ObjectKey::OnRelation(..) => return None,
        },
        Object::Constraint(..) | Object::Default(..) | Object::DomainConstraint(..) => return None,
    })
}

/// The object as `ALTER … OWNER TO` names it.
pub(super) fn address_words(schema: &Schema, object: &Object) -> Option<String> {
    Some(match object {
        Object::Relation(id) => {
            let relation = schema.get(*id)?;
            let kind = match relation.kind() {
                'v' => "VIEW",
                'm' => "MATERIALIZED VIEW",
                'S' => "SEQUENCE",
                'f' => "FOREIGN TABLE",
                _ => "TABLE",
            };
            format!("{kind} {}", relation.name)
        }
        Object::Type(id) => format!("TYPE {}", schema.user_type(*id)?.name),
        Object::Namespace(name) => format!("SCHEMA {name}"),
        Object::Other(id) => {
            let object = schema.object(*id)?;
            match &object.key {
                ObjectKey::InSchema(ObjectClass::Function, ..) => {
                    format!("ROUTINE {}", schema.routine_signature(object))
                }
                ObjectKey::InSchema(ObjectClass::Operator, name, arguments) => {
                    format!("OPERATOR {}.{} ({})", name.schema, name.name.as_str(), arguments.join(", "))
                }
                ObjectKey::InSchema(
                    class @ (ObjectClass::OperatorClass | ObjectClass::OperatorFamily),
                    name,
                    methods,
                ) => {
                    format!("{} {name} USING {}", class.words().to_uppercase(), methods.join(", "))
                }
                ObjectKey::InSchema(ObjectClass::Statistics, name, _) => format!("STATISTICS {name}"),
                ObjectKey::InSchema(class, name, _) => format!("{} {name}", class.words().to_uppercase()),
                ObjectKey::Global(ObjectClass::ForeignDataWrapper, name) => format!("FOREIGN DATA WRAPPER {name}"),
                ObjectKey::Global(class, name) => format!("{} {name}", class.words().to_uppercase()),
                ObjectKey::OnRelation(..) => return None,
            }
        }
        _ => return None,
    })
}
