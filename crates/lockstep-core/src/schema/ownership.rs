//! Roles, who owns what, and who may do what with it: what statements said of them. Roles belong to
//! the whole cluster, so that one that no statement named may or may not exist.

use rpds::RedBlackTreeMapSync as RedBlackTreeMap;

use crate::name::Ident;
use crate::schema::dependency::Object;
use crate::syntax::statement::ObjectType;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ownership {
    roles: RedBlackTreeMap<Ident, RoleState>,
    /// Objects that belong to another role than the session's own.
    owners: RedBlackTreeMap<Object, Ident>,
    privileges: RedBlackTreeMap<PrivilegeKey, Held>,
    /// `pg_default_acl`.
    defaults: RedBlackTreeMap<DefaultKey, Held>,
    /// Member of role.
    memberships: RedBlackTreeMap<(Ident, Ident), Held>,
    /// Of roles that the text made.
    attributes: RedBlackTreeMap<Ident, Attributes>,
    /// `inherit_option` and `set_option` of a membership: role, member.
    passing: RedBlackTreeMap<(Ident, Ident), Passing>,
    /// Privileges that were also granted, or revoked, by somebody who does not own the object.
    blurred: RedBlackTreeMap<PrivilegeKey, ()>,
    /// Privileges on a database, of which nobody says that it is this one.
    on_databases: RedBlackTreeMap<(Ident, String), Held>,
}

/// `pg_authid`, as far as it decides what a role may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    pub superuser: bool,
    pub inherit: bool,
    pub create_role: bool,
    pub create_database: bool,
    pub replication: bool,
    pub bypass_row_security: bool,
}

impl Default for Attributes {
    fn default() -> Self {
        Attributes {
            superuser: false,
            inherit: true,
            create_role: false,
            create_database: false,
            replication: false,
            bypass_row_security: false,
        }
    }
}

/// What comes with a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passing {
    /// The role's privileges are the member's without more ado.
    pub inherit: bool,
    /// The member may become the role.
    pub set: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleState {
    /// A step that succeeded needed it.
    Assumed,
    Made,
    Dropped,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PrivilegeKey {
    pub object: Object,
    /// As `GRANT … ON` calls it.
    pub kind: &'static str,
    pub grantee: Ident,
    pub privilege: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DefaultKey {
    /// Whose objects; `None`: those of the session's own role.
    pub role: Option<Ident>,
    pub schema: Option<Ident>,
    pub objects: String,
    pub grantee: Ident,
    pub privilege: String,
}

/// What the last statement about a privilege said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// `GRANT`; false: `REVOKE`.
    pub granted: bool,
    pub grantable: bool,
}

impl Ownership {
    pub fn role(&self, name: &Ident) -> Option<RoleState> {
        self.roles.get(name).copied()
    }

    pub fn note_role(&mut self, name: Ident, state: RoleState) {
        self.roles.insert_mut(name, state);
    }

    pub fn roles(&self) -> impl Iterator<Item = (&Ident, RoleState)> {
        self.roles.iter().map(|(name, state)| (name, *state))
    }

    /// Of a role that the text made.
    pub fn attributes(&self, role: &Ident) -> Option<Attributes> {
        self.attributes.get(role).copied()
    }

    pub fn set_attributes(&mut self, role: Ident, attributes: Attributes) {
        self.attributes.insert_mut(role, attributes);
    }

    pub fn passing(&self, key: &(Ident, Ident)) -> Option<Passing> {
        self.passing.get(key).copied()
    }

    pub fn set_passing(&mut self, key: (Ident, Ident), passing: Passing) {
        self.passing.insert_mut(key, passing);
    }

    pub fn blur(&mut self, key: PrivilegeKey) {
        self.blurred.insert_mut(key, ());
    }

    pub fn blurred(&self) -> impl Iterator<Item = &PrivilegeKey> {
        self.blurred.keys()
    }

    pub fn note_on_database(&mut self, grantee: Ident, privilege: String, held: Held) {
        self.on_databases.insert_mut((grantee, privilege), held);
    }

    pub fn on_databases(&self) -> impl Iterator<Item = (&(Ident, String), Held)> {
        self.on_databases.iter().map(|(key, held)| (key, *held))
    }

    pub fn owner(&self, object: &Object) -> Option<&Ident> {
        self.owners.get(object)
    }

    /// `None`: the session's own role.
    pub fn set_owner(&mut self, object: Object, owner: Option<Ident>) {
        match owner {
            Some(owner) => self.owners.insert_mut(object, owner),
            None => {
                self.owners.remove_mut(&object);
            }
        }
    }

    pub fn owners(&self) -> impl Iterator<Item = (&Object, &Ident)> {
        self.owners.iter()
    }

    pub fn note_privilege(&mut self, key: PrivilegeKey, held: Held) {
        self.privileges.insert_mut(key, held);
    }

    pub fn privilege(&self, key: &PrivilegeKey) -> Option<Held> {
        self.privileges.get(key).copied()
    }

    pub fn privileges(&self) -> impl Iterator<Item = (&PrivilegeKey, Held)> {
        self.privileges.iter().map(|(key, held)| (key, *held))
    }

    pub fn note_default(&mut self, key: DefaultKey, held: Held) {
        self.defaults.insert_mut(key, held);
    }

    pub fn default_privilege(&self, key: &DefaultKey) -> Option<Held> {
        self.defaults.get(key).copied()
    }

    pub fn defaults(&self) -> impl Iterator<Item = (&DefaultKey, Held)> {
        self.defaults.iter().map(|(key, held)| (key, *held))
    }

    pub fn note_membership(&mut self, role: Ident, member: Ident, held: Held) {
        self.memberships.insert_mut((role, member), held);
    }

    pub fn membership(&self, key: &(Ident, Ident)) -> Option<Held> {
        self.memberships.get(key).copied()
    }

    pub fn memberships(&self) -> impl Iterator<Item = (&(Ident, Ident), Held)> {
        self.memberships.iter().map(|(key, held)| (key, *held))
    }

    /// A role has another name, or is gone (`None`), with what it is and what it is a member of.
    pub fn replace_attributes(&mut self, role: &Ident, other: Option<&Ident>) {
        if let Some(attributes) = self.attributes(role) {
            self.attributes.remove_mut(role);
            if let Some(other) = other {
                self.attributes.insert_mut(other.clone(), attributes);
            }
        }
        let passing: Vec<_> = self.passing.iter().filter(|((a, b), _)| a == role || b == role).collect();
        let passing: Vec<((Ident, Ident), Passing)> = passing.into_iter().map(|(key, it)| (key.clone(), *it)).collect();
        for (key, it) in passing {
            self.passing.remove_mut(&key);
            if let Some(other) = other {
                let replaced = |it: Ident| if it == *role { other.clone() } else { it };
                self.passing.insert_mut((replaced(key.0), replaced(key.1)), it);
            }
        }
    }

    /// Everything that speaks of the role speaks of another one, or (`None`) of none any more.
    pub fn replace_role(&mut self, role: &Ident, other: Option<&Ident>) {
        let owned: Vec<Object> =
            self.owners().filter(|(_, it)| *it == role).map(|(object, _)| object.clone()).collect();
        for object in owned {
            self.set_owner(object, other.cloned());
        }
        let held: Vec<(PrivilegeKey, Held)> =
            self.privileges().filter(|(key, _)| key.grantee == *role).map(|(key, held)| (key.clone(), held)).collect();
        for (key, held) in held {
            self.privileges.remove_mut(&key);
            if let Some(other) = other {
                self.privileges.insert_mut(PrivilegeKey { grantee: other.clone(), ..key }, held);
            }
        }
        let defaults: Vec<(DefaultKey, Held)> = self
            .defaults()
            .filter(|(key, _)| key.grantee == *role || key.role.as_ref() == Some(role))
            .map(|(key, held)| (key.clone(), held))
            .collect();
        for (key, held) in defaults {
            self.defaults.remove_mut(&key);
            if let Some(other) = other {
                let replaced = |it: Ident| if it == *role { other.clone() } else { it };
                let key = DefaultKey { grantee: replaced(key.grantee), role: key.role.map(replaced), ..key };
                self.defaults.insert_mut(key, held);
            }
        }
        let memberships: Vec<((Ident, Ident), Held)> = self
            .memberships()
            .filter(|((a, b), _)| a == role || b == role)
            .map(|(key, held)| (key.clone(), held))
            .collect();
        for (key, held) in memberships {
            self.memberships.remove_mut(&key);
            if let Some(other) = other {
                let replaced = |it: Ident| if it == *role { other.clone() } else { it };
                self.memberships.insert_mut((replaced(key.0), replaced(key.1)), held);
            }
        }
    }

    /// A schema has another name: it is the only object that goes by its name.
    pub fn rename_namespace(&mut self, from: &Ident, to: &Ident) {
        let (was, is) = (Object::Namespace(from.clone()), Object::Namespace(to.clone()));
        if let Some(owner) = self.owners.get(&was).cloned() {
            self.owners.remove_mut(&was);
            self.owners.insert_mut(is.clone(), owner);
        }
        let held: Vec<(PrivilegeKey, Held)> =
            self.privileges().filter(|(key, _)| key.object == was).map(|(key, held)| (key.clone(), held)).collect();
        for (key, held) in held {
            self.privileges.remove_mut(&key);
            self.privileges.insert_mut(PrivilegeKey { object: is.clone(), ..key }, held);
        }
    }

    /// A schema is gone, and another one may get its name.
    pub fn forget_namespace(&mut self, name: &Ident) {
        let object = Object::Namespace(name.clone());
        self.owners.remove_mut(&object);
        let keys: Vec<PrivilegeKey> =
            self.privileges().filter(|(key, _)| key.object == object).map(|(key, _)| key.clone()).collect();
        for key in &keys {
            self.privileges.remove_mut(key);
        }
    }
}

/// What `GRANT … ON` calls such an object.
pub fn grant_word(object: ObjectType) -> &'static str {
    match object {
        ObjectType::Sequence => "SEQUENCE",
        ObjectType::Schema => "SCHEMA",
        ObjectType::Type | ObjectType::Domain => "TYPE",
        ObjectType::Function | ObjectType::Aggregate => "FUNCTION",
        ObjectType::Procedure => "PROCEDURE",
        ObjectType::Routine => "ROUTINE",
        ObjectType::Language => "LANGUAGE",
        ObjectType::Server => "FOREIGN SERVER",
        ObjectType::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
        ObjectType::Database => "DATABASE",
        ObjectType::Tablespace => "TABLESPACE",
        _ => "TABLE",
    }
}
