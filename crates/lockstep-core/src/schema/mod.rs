//! The in-memory schema: what the catalogs of one database hold. A plain value: cloning is cheap
//! (the maps share their structure), so every step keeps the schema before and after it.
//!
//! Objects have numbers, as in the server, and refer to each other by them; a rename touches one
//! object only, and a table dropped and made again is another table.

mod changes;
mod id_map;
mod names;

pub mod changed_form;
pub mod collation;
pub mod constraint;
pub mod ddl;
pub mod definition;
pub mod dependency;
pub mod diff;
pub mod extension;
pub mod few;
pub mod form;
pub mod index;
pub mod inheritance;
pub mod known_rows;
pub mod namespace;
pub mod normal_form;
pub mod object;
pub mod object_ddl;
pub mod ownership;
pub mod partition;
pub mod publication;
pub mod rare;
pub mod relation;
pub mod rights;
pub mod routine;
pub mod rule;
pub mod sequence;
pub mod shared;
pub mod statistics;
pub mod trigger;
pub mod uncertain;
pub mod user_type;
pub mod view;
pub mod violation;

use std::collections::HashSet;
use std::ops::{Deref, DerefMut};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use rpds::RedBlackTreeMapSync as RedBlackTreeMap;
use smol_str::{SmolStr, format_smolstr};
use triomphe::Arc;

use crate::effect::{ObjectName, RelationId};
use crate::facts::Facts;
use crate::name::Ident;
use crate::pg::types::{Type, TypeRef};
use crate::schema::changes::Touched;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::id_map::IdMap;
use crate::schema::index::Index;
use crate::schema::names::Names;
use crate::schema::object::{CatalogObject, ObjectId, ObjectKey};
use crate::schema::ownership::Ownership;
use crate::schema::rare::Rare;
use crate::schema::relation::{Body, Persistence, Relation, Table};
use crate::schema::sequence::Sequence;
use crate::schema::shared::Shared;
use crate::schema::uncertain::Uncertain;
use crate::schema::user_type::{TypeId, UserType, UserTypeKind};

/// Where temporary objects are.
const TEMPORARY: &str = "pg_temp";

/// Copies share their state until one of them changes.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    state: Shared<State>,
    /// Apart from the state, which a mark leaves as it is.
    touched: Shared<Touched>,
}

#[derive(Debug, Clone)]
pub struct State {
    /// Schemas, with the comments on them.
    namespaces: RedBlackTreeMap<Ident, Option<String>>,
    relations: IdMap<RelationId, Arc<Relation>>,
    relation_names: Names<RelationId>,
    types: IdMap<TypeId, Arc<UserType>>,
    type_names: Names<TypeId>,
    /// Hashes of the names that constraints have, or once had, in this copy of the schema or another: no other is
    /// taken.
    constraint_names: Arc<Mutex<HashSet<u64, foldhash::fast::RandomState>>>,
    objects: IdMap<ObjectId, Arc<CatalogObject>>,
    object_keys: RedBlackTreeMap<ObjectKey, ObjectId>,
    /// Classes of objects that are there, or were, a bit each.
    classes: u32,
    /// `pg_depend`, by the object that needs and by the one that is needed.
    needs: RedBlackTreeMap<Object, Vec<(Object, Dependency)>>,
    needed_by: RedBlackTreeMap<Object, Vec<(Object, Dependency)>>,
    next_id: u32,
    /// Something was made in `pg_temp`: only then need anybody look there.
    temporary: bool,
    /// The row type of some relation was ever taken for a type: only then need anybody look for its uses.
    row_types_used: Arc<AtomicBool>,
    pub ownership: Shared<Ownership>,
    pub uncertain: Shared<Uncertain>,
}

impl Deref for Schema {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Schema {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Default for State {
    fn default() -> Self {
        State {
            namespaces: RedBlackTreeMap::default().insert(Ident::new("public"), None),
            relations: IdMap::default(),
            relation_names: Names::default(),
            types: IdMap::default(),
            type_names: Names::default(),
            constraint_names: Arc::default(),
            objects: IdMap::default(),
            object_keys: RedBlackTreeMap::default(),
            classes: 0,
            needs: RedBlackTreeMap::default(),
            needed_by: RedBlackTreeMap::default(),
            // `FirstNormalObjectId`: no number of ours is one of the server's built-in objects.
            next_id: 16384,
            temporary: false,
            row_types_used: Arc::default(),
            ownership: Shared::default(),
            uncertain: Shared::default(),
        }
    }
}

impl Schema {
    /// The number that the next object gets: everything made later has this one or a greater one.
    pub fn next_id(&self) -> u32 {
        self.next_id
    }

    /// Numbers below are never given again, not even after a rollback.
    pub fn skip_ids(&mut self, next_id: u32) {
        self.next_id = self.next_id.max(next_id);
    }

    fn take_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id - 1
    }

    pub fn has_namespace(&self, name: &str) -> bool {
        self.namespaces.contains_key(name)
    }

    pub fn namespaces(&self) -> impl Iterator<Item = &Ident> {
        self.namespaces.keys()
    }

    pub fn add_namespace(&mut self, name: Ident) {
        self.namespaces.insert_mut(name, None);
    }

    pub fn namespace_comment(&self, name: &str) -> Option<&String> {
        self.namespaces.get(name)?.as_ref()
    }

    pub fn comment_on_namespace(&mut self, name: &Ident, comment: Option<String>) {
        self.namespaces.insert_mut(name.clone(), comment);
    }

    pub fn remove_namespace(&mut self, name: &Ident) {
        self.namespaces.remove_mut(name);
        self.forget_needs(&Object::Namespace(name.clone()));
        self.ownership.forget_namespace(name);
    }

    /// The temporary relation of that name.
    pub fn find_temporary(&self, name: &Ident) -> Option<RelationId> {
        let full = || ObjectName { schema: Ident::new(TEMPORARY), name: name.clone() };
        self.temporary.then(full).and_then(|it| self.relation_named(&it))
    }

    pub fn find(&self, name: &ObjectName) -> Option<RelationId> {
        if !self.temporary && name.schema == TEMPORARY {
            return None;
        }
        self.relation_named(name)
    }

    fn relation_named(&self, name: &ObjectName) -> Option<RelationId> {
        self.relation_names.find(name, |id| self.get(id).is_some_and(|it| it.name == *name))
    }

    pub fn get(&self, id: RelationId) -> Option<&Relation> {
        self.relations.get(&id).map(|relation| &**relation)
    }

    /// A relation that is known to exist.
    ///
    /// # Panics
    /// Where the number is of no relation of this schema: a broken invariant of the model itself.
    pub fn relation(&self, id: RelationId) -> &Relation {
        self.get(id).expect("the relation exists in this schema")
    }

    pub fn shared(&self, id: RelationId) -> Option<&Arc<Relation>> {
        self.relations.get(&id)
    }

    pub fn relation_mut(&mut self, id: RelationId) -> &mut Relation {
        self.touched.relation(id);
        Arc::make_mut(self.relations.get_mut(&id).expect("the relation exists in this schema"))
    }

    /// The table of that number.
    ///
    /// # Panics
    /// Where it is no table.
    pub fn table(&self, id: RelationId) -> &Table {
        self.relation(id).table().expect("the relation is a table")
    }

    pub fn table_mut(&mut self, id: RelationId) -> &mut Table {
        match &mut self.relation_mut(id).body {
            Body::Table(table) => table,
            _ => panic!("the relation is a table"),
        }
    }

    /// The index of that number.
    ///
    /// # Panics
    /// Where it is no index.
    #[expect(clippy::should_implement_trait, reason = "an index of a table, not of a slice")]
    pub fn index(&self, id: RelationId) -> &Index {
        self.relation(id).index().expect("the relation is an index")
    }

    #[expect(clippy::should_implement_trait, reason = "an index of a table, not of a slice")]
    pub fn index_mut(&mut self, id: RelationId) -> &mut Index {
        match &mut self.relation_mut(id).body {
            Body::Index(index) => index,
            _ => panic!("the relation is an index"),
        }
    }

    pub fn sequence_mut(&mut self, id: RelationId) -> Option<&mut Sequence> {
        match &mut self.relation_mut(id).body {
            Body::Sequence(sequence) => Some(sequence),
            _ => None,
        }
    }

    pub fn relations(&self) -> impl Iterator<Item = &Arc<Relation>> {
        self.relations.values()
    }

    /// Sequences stand where they were left, as far as they exist: no rollback takes that back.
    pub fn consume(&mut self, consumed: &[(RelationId, sequence::LastValue)]) {
        for (id, last_value) in consumed {
            if self.get(*id).is_some_and(|it| it.sequence().is_some_and(|it| it.last_value != *last_value))
                && let Some(sequence) = self.sequence_mut(*id)
            {
                sequence.last_value = *last_value;
            }
        }
    }

    /// Whether a relation of any schema has that name.
    pub fn is_relation_name(&self, name: &Ident) -> bool {
        let full = |namespace: &Ident| ObjectName { schema: namespace.clone(), name: name.clone() };
        self.namespaces.keys().any(|namespace| self.find(&full(namespace)).is_some())
    }

    /// Whether anything but a relation goes by that name: a type, a routine, a trigger …
    pub fn is_object_name(&self, name: &Ident) -> bool {
        self.types().any(|it| it.name.name == *name) || self.objects().any(|it| it.name() == name)
    }

    /// The names of everything in schemas of those names.
    pub fn names_within(&self, schemas: &[Ident]) -> Vec<Ident> {
        let within = |name: &&ObjectName| schemas.contains(&name.schema);
        let relations = self.relations().map(|it| &it.name).filter(within);
        let types = self.types().map(|it| &it.name).filter(within);
        let objects = self.objects().filter(|it| match &it.key {
            object::ObjectKey::InSchema(_, name, _) => schemas.contains(&name.schema),
            _ => false,
        });
        relations.chain(types).map(|it| it.name.clone()).chain(objects.map(|it| it.name().clone())).collect()
    }

    /// Tables without rows in a text may well have some in a database.
    pub fn forget_emptiness(&mut self) {
        let empty = |it: &Arc<Relation>| {
            // A partitioned table never has rows of its own.
            it.table().is_some_and(|table| table.rows == relation::Rows::Empty && !table.is_partitioned())
        };
        let ids: Vec<RelationId> = self.relations.values().filter(|it| empty(it)).map(|it| it.id).collect();
        for id in ids {
            self.table_mut(id).rows = relation::Rows::Unknown;
        }
    }

    /// The relation that facts call so: `users`, `app.users`.
    pub fn find_plain(&self, name: &str) -> Option<RelationId> {
        let (schema, relation) = name.split_once('.').unwrap_or(("public", name));
        self.find(&ObjectName::new(schema, relation)).or_else(|| self.find(&ObjectName::new("public", name)))
    }

    /// Where there are more rows than the text holds, those of the text are a sample: what is so for them need
    /// not be so for all.
    pub fn forget_samples(&mut self, facts: &Facts) {
        for (name, facts) in facts.tables() {
            let Some((id, table)) = self.find_plain(name).and_then(|id| Some((id, self.get(id)?.table()?))) else {
                continue;
            };
            if let relation::Rows::Exactly(count) = table.rows
                && facts.rows.is_some_and(|rows| rows > count as f64)
            {
                self.table_mut(id).forget_rows();
            }
        }
    }

    /// Relations in the order of schema and name.
    pub fn relations_by_name(&self) -> impl Iterator<Item = &Relation> {
        let mut relations: Vec<&Relation> = self.relations.values().map(|it| &**it).collect();
        relations.sort_unstable_by_key(|it| &it.name);
        relations.into_iter()
    }

    pub fn add_relation(&mut self, name: ObjectName, persistence: Persistence, body: Body) -> RelationId {
        let id = RelationId(self.take_id());
        self.take_name(&name, id);
        let relation = Relation { id, name, persistence, details: Rare::default(), body };
        self.touched.relation(id);
        self.relations.insert_mut(id, Arc::new(relation));
        id
    }

    fn take_name(&mut self, name: &ObjectName, id: RelationId) {
        self.temporary |= name.schema == TEMPORARY;
        self.relation_names.insert(name, id);
    }

    pub fn remove_relation(&mut self, id: RelationId) {
        if let Some(name) = self.get(id).map(|relation| relation.name.clone()) {
            self.relation_names.remove(&name, id);
            self.touched.relation(id);
            self.relations.remove_mut(&id);
            self.forget_needs(&Object::Relation(id));
        }
    }

    pub fn rename_relation(&mut self, id: RelationId, name: ObjectName) {
        let old = self.relation(id).name.clone();
        if old.schema != name.schema {
            let constraints = self.relation(id).table().map(|table| table.constraints.clone());
            for constraint in constraints.unwrap_or_default() {
                self.note_constraint_name(&name.schema, &constraint.name);
            }
        }
        self.relation_names.remove(&old, id);
        self.take_name(&name, id);
        self.relation_mut(id).name = name;
    }

    pub fn find_type(&self, name: &ObjectName) -> Option<TypeId> {
        self.type_names.find(name, |id| self.user_type(id).is_some_and(|it| it.name == *name))
    }

    pub fn user_type(&self, id: TypeId) -> Option<&UserType> {
        self.types.get(&id).map(|it| &**it)
    }

    pub fn shared_type(&self, id: TypeId) -> Option<&Arc<UserType>> {
        self.types.get(&id)
    }

    pub fn user_type_mut(&mut self, id: TypeId) -> Option<&mut UserType> {
        self.touched.type_(id);
        self.types.get_mut(&id).map(Arc::make_mut)
    }

    pub fn types(&self) -> impl Iterator<Item = &Arc<UserType>> {
        self.types.values()
    }

    pub fn add_type(&mut self, name: ObjectName, kind: UserTypeKind) -> TypeId {
        let id = TypeId(self.take_id());
        if let UserTypeKind::Domain { checks, not_null_name, .. } = &kind {
            let names = checks.iter().map(|check| &check.name).chain(not_null_name);
            names.for_each(|it| self.note_constraint_name(&name.schema, it));
        }
        self.type_names.insert(&name, id);
        self.touched.type_(id);
        self.types.insert_mut(id, Arc::new(UserType { id, name, comment: None, kind }));
        id
    }

    pub fn remove_type(&mut self, id: TypeId) {
        if let Some(name) = self.user_type(id).map(|it| it.name.clone()) {
            if let Some(relation) = self.attributes_of(id) {
                self.remove_relation(relation);
            }
            self.type_names.remove(&name, id);
            self.touched.type_(id);
            self.types.remove_mut(&id);
        }
        self.forget_needs(&Object::Type(id));
    }

    /// `format_type`, with the names that `search_path = public` shows.
    pub fn format_type(&self, type_: &Type) -> String {
        self.type_text(type_).into()
    }

    /// The same, mostly without memory of its own.
    pub(crate) fn type_text(&self, type_: &Type) -> SmolStr {
        crate::pg::types::format_type(type_, |id| self.type_name(id))
    }

    /// The name of a type that the schema made (`TypeIsVisible`: the server's own of the same name hides
    /// one of `public`); a row type has its relation's number and name.
    pub fn type_name(&self, id: u32) -> SmolStr {
        if extension::is_member(id) {
            return self.member_name(id).into();
        }
        let type_ = self.user_type(TypeId(id)).map(|it| &it.name);
        let name = type_.or_else(|| self.get(RelationId(id)).map(|it| &it.name));
        name.map_or_else(
            || SmolStr::new_static("???"),
            |name| match name.schema == "public" && crate::pg::types::is_builtin_name(name.name.as_str()) {
                true => format_smolstr!("public.{}", name.name),
                false => name.shown(),
            },
        )
    }

    /// `DomainHasConstraints`: `NOT NULL` or a `CHECK`, its own or one beneath.
    pub fn domain_is_constrained(&self, id: TypeId) -> bool {
        match self.user_type(id).map(|it| &it.kind) {
            Some(UserTypeKind::Domain { base, not_null, checks, .. }) => {
                let beneath = match base.base {
                    TypeRef::User(id) if !base.array => self.domain_is_constrained(TypeId(id)),
                    _ => false,
                };
                *not_null || !checks.is_empty() || beneath
            }
            _ => false,
        }
    }

    /// Columns whose type is that one (or an array of it).
    pub fn columns_of_type(&self, id: TypeId) -> Vec<(RelationId, u16)> {
        let mut found = vec![];
        for relation in self.relations.values() {
            if let Some(table) = relation.table() {
                let of_type = table.live().filter(|(_, column)| column.type_.base == TypeRef::User(id.0));
                found.extend(of_type.map(|(number, _)| (relation.id, number)));
            }
        }
        found
    }
}
