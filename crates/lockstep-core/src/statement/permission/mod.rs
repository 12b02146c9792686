//! What the session's role may do, where it is not the one that the session began with: `aclchk.c`, and
//! the checks of the commands, in the server's order.
//!
//! Most commands check who owns a relation before they lock it (`RangeVarGetRelidExtended` and its
//! callbacks): [`before`]. Queries are checked when their locks are taken: [`after`].

mod after;
mod before;
pub(super) mod grant;
mod object;
mod role;

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::object::ObjectClass;
use crate::schema::ownership::{DefaultKey, Held, PrivilegeKey};
use crate::schema::relation::Body;
use crate::schema::rights::Right;
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::syntax::statement::Statement;

/// Runs the statement with the rights of the session's role.
pub(super) fn run(statement: &Statement, execution: &mut Execution) -> Outcome {
    let first_new = execution.schema.next_id();
    if execution.session.role.is_none() || matches!(statement, Statement::Set(_)) {
        super::run_allowed(statement, execution)?;
        grant_defaults(execution, first_new);
        return Ok(());
    }
    let known = execution.record.doubts.len();
    if !before::check(statement, execution)? {
        let why = why(execution);
        execution.doubt(why);
    }
    let needs = after::needs(statement, execution);
    let result = super::run_allowed(statement, execution);
    let result = after::check(&needs, execution, result);
    let doubt = execution.record.doubts.get(known).cloned();
    match (result, doubt) {
        (Err(Stop::Error(error)), Some(why)) if error.sqlstate != sqlstate::INSUFFICIENT_PRIVILEGE => unknown(why),
        (Err(stop), _) => Err(stop),
        (Ok(()), _) => {
            own_from(execution, first_new);
            grant_defaults(execution, first_new);
            Ok(())
        }
    }
}

/// Why the outcome cannot be told.
pub(super) fn why(execution: &Execution) -> String {
    let role = execution.session.role.as_ref();
    format!("what the role {} may do is not known", role.map_or_else(String::new, Ident::to_string))
}

impl Execution {
    /// 42501 where the role may not; a doubt where nobody says.
    pub(super) fn settle(&mut self, right: Right, message: impl FnOnce() -> String) -> Outcome {
        match right {
            Right::Yes => Ok(()),
            Right::No => fail(sqlstate::INSUFFICIENT_PRIVILEGE, message()),
            Right::Unsure => {
                let why = why(self);
                self.doubt(why);
                Ok(())
            }
        }
    }

    /// `object_ownercheck` for the session's role.
    pub(super) fn owns(&self, object: &Object) -> Right {
        self.schema.owns(self.session.role.as_ref(), object, self.version)
    }

    /// `object_aclcheck` for the session's role.
    pub(super) fn may(&self, object: &Object, privilege: &str) -> Right {
        self.schema.may(self.session.role.as_ref(), object, privilege, self.version)
    }

    /// `aclcheck_error` of a relation: the kind of relation and its name.
    pub(super) fn words_of(&self, id: RelationId) -> String {
        let relation = self.schema.relation(id);
        let kind = Execution::kind_words(relation);
        format!("{kind} {}", relation.name.name.as_str())
    }

    pub(super) fn must_own(&mut self, id: RelationId) -> Outcome {
        let right = self.owns(&Object::Relation(id));
        let words = self.words_of(id);
        self.settle(right, || format!("must be owner of {words}"))
    }

    pub(super) fn must_have(&mut self, id: RelationId, privilege: &str) -> Outcome {
        let right = self.may(&Object::Relation(id), privilege);
        let words = self.words_of(id);
        self.settle(right, || format!("permission denied for {words}"))
    }

    /// `CREATE` on a schema.
    pub(super) fn must_create_in(&mut self, schema: &Ident) -> Outcome {
        if schema.as_str().starts_with("pg_temp") {
            return self.must_create_temporary();
        }
        let right = self.may(&Object::Namespace(schema.clone()), "create");
        self.settle(right, || format!("permission denied for schema {}", schema.as_str()))
    }

    /// `TEMPORARY` on the database (`InitTempTableNamespace`).
    fn must_create_temporary(&mut self) -> Outcome {
        let revoked = |held: Held| !held.granted;
        let public = "public";
        let ownership = &self.schema.ownership;
        let said = ownership
            .on_databases()
            .any(|((grantee, privilege), held)| grantee == public && privilege == "temporary" && revoked(held));
        let right = if said { Right::Unsure } else { Right::Yes };
        self.settle(right, String::new)
    }

    /// `CREATE` on the database, which belongs to whoever the session began with.
    pub(super) fn must_create_in_database(&mut self) -> Outcome {
        let role = self.session.role.clone();
        let ownership = &self.schema.ownership;
        let owner = ownership.has_privileges_of(role.as_ref(), None, self.version);
        let granted = ownership.on_databases().any(|((_, privilege), held)| privilege == "create" && held.granted);
        let right = owner | if granted { Right::Unsure } else { Right::No };
        self.settle(right, || "permission denied for database".to_owned())
    }
}

/// What was made belongs to whoever made it.
fn own_from(execution: &mut Execution, first: u32) {
    let owner = execution.session.role.clone();
    let schema = &execution.schema;
    let mut made: Vec<(Object, Option<Ident>)> = vec![];
    for relation in schema.relations().filter(|it| it.id.0 >= first) {
        let object = Object::Relation(relation.id);
        match &relation.body {
            Body::Index(_) | Body::Composite(_) => {}
            Body::Sequence(sequence) => {
                let table = sequence.owner.map(|it| Object::Relation(it.table)).filter(|table| match table {
                    Object::Relation(id) => id.0 < first,
                    _ => false,
                });
                let of_table = table.map(|table| schema.ownership.owner(&table).cloned());
                made.push((object, of_table.unwrap_or_else(|| owner.clone())));
            }
            _ => made.push((object, owner.clone())),
        }
    }
    let types = schema.types().filter(|it| it.id.0 >= first);
    made.extend(types.map(|it| (Object::Type(it.id), owner.clone())));
    let objects = schema.objects().filter(|it| it.id.0 >= first && has_owner(it.class()));
    made.extend(objects.map(|it| (Object::Other(it.id), owner.clone())));
    for (object, owner) in made {
        if execution.schema.ownership.owner(&object).is_none() {
            execution.schema.ownership.set_owner(object, owner);
        }
    }
}

fn has_owner(class: ObjectClass) -> bool {
    !matches!(
        class,
        ObjectClass::Trigger
            | ObjectClass::Rule
            | ObjectClass::Policy
            | ObjectClass::PublishedTable
            | ObjectClass::Cast
            | ObjectClass::AccessMethod
            | ObjectClass::Transform
    )
}

/// `get_user_default_acl`: what `ALTER DEFAULT PRIVILEGES` said of objects like those that were made.
fn grant_defaults(execution: &mut Execution, first: u32) {
    if execution.schema.next_id() == first || execution.schema.ownership.defaults().next().is_none() {
        return;
    }
    let schema = &execution.schema;
    let mut made: Vec<(Object, &'static str, &'static [&'static str], Ident)> = vec![];
    for relation in schema.relations().filter(|it| it.id.0 >= first) {
        let object = Object::Relation(relation.id);
        let within = relation.name.schema.clone();
        match &relation.body {
            Body::Table(_) | Body::View(_) => made.push((object, "TABLE", &["TABLES"], within)),
            Body::Sequence(_) => made.push((object, "SEQUENCE", &["SEQUENCES"], within)),
            Body::Index(_) | Body::Composite(_) => {}
        }
    }
    for type_ in schema.types().filter(|it| it.id.0 >= first) {
        made.push((Object::Type(type_.id), "TYPE", &["TYPES"], type_.name.schema.clone()));
    }
    for object in schema.objects().filter(|it| it.id.0 >= first && it.class() == ObjectClass::Function) {
        let Some(within) = object.key.schema().cloned() else { continue };
        made.push((Object::Other(object.id), "FUNCTION", &["FUNCTIONS", "ROUTINES", "PROCEDURES"], within));
    }
    let mut notes: Vec<(PrivilegeKey, Held)> = vec![];
    for (object, kind, names, within) in made {
        let owner = schema.ownership.owner(&object);
        // What is said of a schema is added to what is said of all of them.
        let mut found: Vec<(&DefaultKey, Held)> = schema
            .ownership
            .defaults()
            .filter(|(key, held)| {
                let here = key.schema.as_ref().is_none_or(|it| *it == within && held.granted);
                here && names.contains(&key.objects.as_str()) && key.role.as_ref() == owner
            })
            .collect();
        found.sort_by_key(|(key, _)| key.schema.is_some());
        for (key, held) in found {
            let (grantee, privilege) = (key.grantee.clone(), key.privilege.clone());
            notes.push((PrivilegeKey { object: object.clone(), kind, grantee, privilege }, held));
        }
    }
    for (key, held) in notes {
        execution.schema.ownership.note_privilege(key, held);
    }
}
