//! What a role may do, as far as the text tells: `acl.c` and `aclchk.c`.

use std::ops::{BitAnd, BitOr};

use crate::name::Ident;
use crate::pg::version::PgVersion;
use crate::schema::Schema;
use crate::schema::dependency::Object;
use crate::schema::ownership::{Attributes, Held, Ownership, RoleState};
use crate::schema::relation::Body;

/// The answer to a question of permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    Yes,
    No,
    /// It depends on what no statement said.
    Unsure,
}

impl Right {
    pub fn of(yes: bool) -> Self {
        if yes { Right::Yes } else { Right::No }
    }

    pub fn is_yes(self) -> bool {
        self == Right::Yes
    }
}

impl BitOr for Right {
    type Output = Right;

    fn bitor(self, other: Right) -> Right {
        match (self, other) {
            (Right::Yes, _) | (_, Right::Yes) => Right::Yes,
            (Right::No, Right::No) => Right::No,
            _ => Right::Unsure,
        }
    }
}

impl BitAnd for Right {
    type Output = Right;

    fn bitand(self, other: Right) -> Right {
        match (self, other) {
            (Right::No, _) | (_, Right::No) => Right::No,
            (Right::Yes, Right::Yes) => Right::Yes,
            _ => Right::Unsure,
        }
    }
}

/// What a membership is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Means {
    /// `has_privs_of_role`
    Privileges,
    /// `member_can_set_role`
    Set,
}

/// Roles that stand for the session's own, or are it.
pub fn is_session_role(name: &Ident) -> bool {
    matches!(name.as_str(), "current_user" | "current_role" | "session_user" | "postgres")
}

impl Ownership {
    /// The text speaks of what the role owns or may do, so that it is an ordinary one.
    fn is_mentioned(&self, role: &Ident) -> bool {
        self.owners().any(|(_, it)| it == role)
            || self.privileges().any(|(key, held)| held.granted && key.grantee == *role)
            || self.memberships().any(|((_, member), _)| member == role)
    }

    /// Whether all that the role is, and is a member of, is in the text.
    fn is_known(&self, role: &Ident) -> bool {
        self.role(role) == Some(RoleState::Made) || role.as_str().starts_with("pg_")
    }

    /// `superuser_arg`; `None` is the session's own role.
    pub fn is_superuser(&self, role: Option<&Ident>) -> Right {
        self.attribute(role, |it| it.superuser)
    }

    /// An attribute of the role. Superusers are asked for themselves.
    pub fn attribute(&self, role: Option<&Ident>, which: fn(Attributes) -> bool) -> Right {
        let Some(role) = role else { return Right::Yes };
        match self.attributes(role) {
            Some(attributes) => Right::of(which(attributes)),
            None if self.is_known(role) || self.is_mentioned(role) => Right::No,
            None => Right::Unsure,
        }
    }

    /// `roles_is_member_of`: the role itself and those that it reaches.
    fn reached(&self, role: &Ident, means: Means, version: PgVersion) -> Vec<Ident> {
        let own_option = crate::pg::behavior::memberships_have_options(version);
        let mut found = vec![role.clone()];
        let mut next = 0;
        while let Some(member) = found.get(next).cloned() {
            next += 1;
            let inherits = self.attributes(&member).is_none_or(|it| it.inherit);
            for ((group, of), held) in self.memberships() {
                if *of != member || !held.granted || found.contains(group) {
                    continue;
                }
                let passing = self.passing(&(group.clone(), member.clone())).filter(|_| own_option);
                let passes = match means {
                    Means::Privileges => passing.map_or(inherits, |it| it.inherit),
                    Means::Set => passing.is_none_or(|it| it.set),
                };
                if passes {
                    found.push(group.clone());
                }
            }
        }
        found
    }

    fn reaches(&self, role: Option<&Ident>, other: Option<&Ident>, means: Means, version: PgVersion) -> Right {
        let superuser = self.is_superuser(role);
        let Some(role) = role.filter(|_| superuser != Right::Yes) else { return Right::Yes };
        let reached = self.reached(role, means, version);
        let found = match other {
            Some(other) => reached.contains(other),
            None => reached.iter().any(is_session_role),
        };
        match other {
            _ if found => Right::Yes,
            _ if superuser == Right::Unsure => Right::Unsure,
            _ if reached.iter().all(|it| self.is_known(it)) => Right::No,
            None => Right::No,
            // Nobody says which roles that exist are members of which others.
            Some(other) => {
                if self.is_known(other) {
                    Right::No
                } else {
                    Right::Unsure
                }
            }
        }
    }

    /// `has_privs_of_role`; `None` is the session's own role.
    pub fn has_privileges_of(&self, role: Option<&Ident>, other: Option<&Ident>, version: PgVersion) -> Right {
        self.reaches(role, other, Means::Privileges, version)
    }

    /// `member_can_set_role`.
    pub fn can_become(&self, role: Option<&Ident>, other: Option<&Ident>, version: PgVersion) -> Right {
        self.reaches(role, other, Means::Set, version)
    }

    /// `is_admin_of_role`.
    pub fn is_admin_of(&self, role: Option<&Ident>, other: &Ident, version: PgVersion) -> Right {
        let superuser = self.is_superuser(role);
        let Some(role) = role.filter(|_| superuser != Right::Yes) else { return Right::Yes };
        let reached = self.reached(role, Means::Privileges, version);
        let admin = |it: &Ident| {
            self.membership(&(other.clone(), it.clone())).is_some_and(|held| held.granted && held.grantable)
        };
        match reached.iter().any(admin) {
            true => Right::Yes,
            false if superuser == Right::No && reached.iter().all(|it| self.is_known(it)) => Right::No,
            false => Right::Unsure,
        }
    }
}

impl Schema {
    /// The owner, an index having that of its table.
    pub fn owner_of(&self, object: &Object) -> Option<&Ident> {
        match object {
            Object::Relation(id) | Object::Column(id, _) => {
                let index = self.get(*id).and_then(|it| it.index());
                self.ownership.owner(&Object::Relation(index.map_or(*id, |it| it.table)))
            }
            other => self.ownership.owner(other),
        }
    }

    /// `object_ownercheck`.
    pub fn owns(&self, role: Option<&Ident>, object: &Object, version: PgVersion) -> Right {
        self.ownership.has_privileges_of(role, self.owner_of(object), version)
    }

    /// `object_aclcheck`: the object's own privileges, those of its owner, of everybody, and the
    /// predefined roles'.
    pub fn may(&self, role: Option<&Ident>, object: &Object, privilege: &str, version: PgVersion) -> Right {
        let ownership = &self.ownership;
        let superuser = ownership.is_superuser(role);
        let Some(role) = role.filter(|_| superuser != Right::Yes) else { return Right::Yes };
        let reached = ownership.reached(role, Means::Privileges, version);
        let owner = self.owner_of(object);
        let owns = ownership.has_privileges_of(Some(role), owner, version);
        let entries = || ownership.privileges().filter(|(key, _)| key.object == *object && key.privilege == privilege);
        let held_by = |grantee: &Ident| entries().find(|(key, _)| key.grantee == *grantee).map(|(_, held)| held);
        let revoked = |held: Option<Held>| held.is_some_and(|it| !it.granted);
        let of_owner = owner.and_then(held_by);
        if ownership.blurred().any(|key| key.object == *object && key.privilege == privilege) {
            return Right::Unsure;
        }
        if owns.is_yes() && !revoked(of_owner) {
            return Right::Yes;
        }
        if reached.iter().any(|it| Some(it) != owner && held_by(it).is_some_and(|held| held.granted)) {
            return Right::Yes;
        }
        let everybody = held_by(&Ident::new("public"));
        if everybody.map_or_else(|| self.is_public(object, privilege, version), |held| held.granted) {
            return Right::Yes;
        }
        if reached.iter().any(|it| self.is_predefined(it, object, privilege)) {
            return Right::Yes;
        }
        let known = reached.iter().all(|it| ownership.is_known(it));
        let through_others = !known
            && (entries().any(|(key, held)| held.granted && key.grantee != "public") || *object == public_schema());
        match superuser == Right::Unsure || owns == Right::Unsure || through_others {
            true => Right::Unsure,
            false => Right::No,
        }
    }

    /// `acldefault`, for everybody.
    fn is_public(&self, object: &Object, privilege: &str, version: PgVersion) -> bool {
        match object {
            Object::Namespace(name) => {
                name == "public" && (privilege == "usage" || crate::pg::behavior::everybody_creates_in_public(version))
                    || matches!(name.as_str(), "pg_catalog" | "information_schema") && privilege == "usage"
            }
            Object::Type(_) => privilege == "usage",
            Object::Other(_) => privilege == "execute",
            _ => false,
        }
    }

    /// `pg_read_all_data`, `pg_write_all_data`, `pg_maintain`.
    fn is_predefined(&self, role: &Ident, object: &Object, privilege: &str) -> bool {
        let schema = matches!(object, Object::Namespace(_));
        let relation = match object {
            Object::Relation(id) | Object::Column(id, _) => {
                self.get(*id).is_some_and(|it| !matches!(it.body, Body::Index(_)))
            }
            _ => false,
        };
        match role.as_str() {
            "pg_read_all_data" => schema && privilege == "usage" || relation && privilege == "select",
            "pg_write_all_data" => {
                schema && privilege == "usage" || relation && matches!(privilege, "insert" | "update" | "delete")
            }
            "pg_maintain" => relation && privilege == "maintain",
            _ => false,
        }
    }
}

fn public_schema() -> Object {
    Object::Namespace(Ident::new("public"))
}
