//! Objects that are neither relations nor types, and `pg_depend`: who needs whom.
//!
//! What a table's own parts need (constraints, defaults, indexes) is derived from the table in
//! [`crate::schema::dependency`]. Everything else says what it needs when it is made, as
//! `recordDependencyOn` does; the two are read together by [`Schema::dependents`].

use smol_str::SmolStr;
use triomphe::Arc;

use crate::effect::{ObjectName, RelationId};
use crate::name::Ident;
use crate::pg::types::Type;
use crate::schema::Schema;
use crate::schema::collation::Collation;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::extension::Extension;
use crate::schema::publication::{Publication, PublishedTable};
use crate::schema::routine::Routine;
use crate::schema::rule::Rule;
use crate::schema::statistics::Statistics;
use crate::schema::trigger::{EventTrigger, Policy, Trigger};

/// A number of the model, from the same counter as relations and types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

#[derive(Debug, Clone, PartialEq)]
pub struct CatalogObject {
    pub id: ObjectId,
    pub key: ObjectKey,
    pub comment: Option<String>,
    pub body: ObjectBody,
}

/// What an object is found by. No two objects of a schema have the same key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKey {
    /// Of the whole database: extension, publication, event trigger …
    Global(ObjectClass, Ident),
    /// In a schema: statistics, collation, function with the types of its arguments …
    InSchema(ObjectClass, ObjectName, Vec<String>),
    /// On a table or view: trigger, rule, policy.
    OnRelation(ObjectClass, RelationId, Ident),
}

impl ObjectKey {
    fn class(&self) -> ObjectClass {
        match self {
            ObjectKey::Global(class, _) | ObjectKey::InSchema(class, ..) | ObjectKey::OnRelation(class, ..) => *class,
        }
    }
}

/// Which catalog holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectClass {
    Function,
    Trigger,
    Rule,
    Policy,
    Statistics,
    Publication,
    /// A table in a publication, by the name of that.
    PublishedTable,
    Extension,
    EventTrigger,
    Collation,
    Operator,
    OperatorClass,
    OperatorFamily,
    Cast,
    Conversion,
    TextSearchConfiguration,
    TextSearchDictionary,
    TextSearchParser,
    TextSearchTemplate,
    ForeignServer,
    ForeignDataWrapper,
    Subscription,
    AccessMethod,
    Language,
    Transform,
}

impl ObjectClass {
    /// As `getObjectDescription` begins.
    pub fn words(self) -> &'static str {
        match self {
            ObjectClass::Function => "function",
            ObjectClass::Trigger => "trigger",
            ObjectClass::Rule => "rule",
            ObjectClass::Policy => "policy",
            ObjectClass::Statistics => "statistics object",
            ObjectClass::Publication => "publication",
            ObjectClass::PublishedTable => "publication of table",
            ObjectClass::Extension => "extension",
            ObjectClass::EventTrigger => "event trigger",
            ObjectClass::Collation => "collation",
            ObjectClass::Operator => "operator",
            ObjectClass::OperatorClass => "operator class",
            ObjectClass::OperatorFamily => "operator family",
            ObjectClass::Cast => "cast",
            ObjectClass::Conversion => "conversion",
            ObjectClass::TextSearchConfiguration => "text search configuration",
            ObjectClass::TextSearchDictionary => "text search dictionary",
            ObjectClass::TextSearchParser => "text search parser",
            ObjectClass::TextSearchTemplate => "text search template",
            ObjectClass::ForeignServer => "server",
            ObjectClass::ForeignDataWrapper => "foreign-data wrapper",
            ObjectClass::Subscription => "subscription",
            ObjectClass::AccessMethod => "access method",
            ObjectClass::Language => "language",
            ObjectClass::Transform => "transform",
        }
    }
}

/// What the catalogs say of one object. A class whose details nothing asks for is [`ObjectBody::Plain`].
#[derive(Debug, Clone, PartialEq)]
pub enum ObjectBody {
    Plain,
    Rule(Rule),
    Statistics(Statistics),
    Publication(Publication),
    PublishedTable(PublishedTable),
    Routine(Box<Routine>),
    Trigger(Box<Trigger>),
    Policy(Box<Policy>),
    EventTrigger(Box<EventTrigger>),
    Extension(Extension),
    Collation(Collation),
    /// The type that it is for.
    OperatorClass(Type),
}

impl ObjectKey {
    /// The schema that holds it, where one does.
    pub fn schema(&self) -> Option<&Ident> {
        match self {
            ObjectKey::InSchema(_, name, _) => Some(&name.schema),
            _ => None,
        }
    }
}

impl CatalogObject {
    pub fn class(&self) -> ObjectClass {
        self.key.class()
    }

    /// The name as the server writes it when it is looked up in `public`.
    pub fn plain_name(&self) -> SmolStr {
        match &self.key {
            ObjectKey::InSchema(_, name, _) => name.plain(),
            _ => self.name().bare(),
        }
    }

    pub fn publication(&self) -> Option<&Publication> {
        match &self.body {
            ObjectBody::Publication(it) => Some(it),
            _ => None,
        }
    }

    pub fn name(&self) -> &Ident {
        match &self.key {
            ObjectKey::Global(_, name) | ObjectKey::OnRelation(_, _, name) => name,
            ObjectKey::InSchema(_, name, _) => &name.name,
        }
    }
}

impl Schema {
    pub fn find_object(&self, key: &ObjectKey) -> Option<ObjectId> {
        self.object_keys.get(key).copied()
    }

    pub fn object(&self, id: ObjectId) -> Option<&CatalogObject> {
        self.objects.get(&id).map(|it| &**it)
    }

    pub fn object_mut(&mut self, id: ObjectId) -> Option<&mut CatalogObject> {
        if let Some(key) = self.object(id).map(|it| it.key.clone()) {
            self.touched.object(&key);
        }
        self.objects.get_mut(&id).map(Arc::make_mut)
    }

    pub fn objects(&self) -> impl Iterator<Item = &Arc<CatalogObject>> {
        self.objects.values()
    }

    /// Whether the object is there; parts of objects go by the whole.
    pub fn has_object(&self, object: &Object) -> bool {
        match object {
            Object::Relation(id) | Object::Constraint(id, _) => self.get(*id).is_some(),
            Object::Column(id, number) | Object::Default(id, number) => {
                self.get(*id).is_some_and(|it| it.columns().attribute(*number).is_some_and(|it| !it.dropped))
            }
            Object::Type(id) => self.user_type(*id).is_some() || self.row_type(*id).is_some(),
            Object::DomainConstraint(id, _) => self.user_type(*id).is_some(),
            Object::Namespace(name) => self.has_namespace(name.as_str()),
            Object::Other(id) => self.object(*id).is_some() || self.has_member(id.0),
        }
    }

    /// Objects of a class with that name, with what else is part of their keys: the types of arguments.
    pub fn objects_named<'a>(
        &'a self,
        class: ObjectClass,
        name: &'a ObjectName,
    ) -> impl Iterator<Item = (ObjectId, &'a Vec<String>)> {
        let range = || self.object_keys.range(ObjectKey::InSchema(class, name.clone(), vec![])..);
        let keys = self.has_class(class).then(range).into_iter().flatten();
        keys.map_while(move |(key, id)| match key {
            ObjectKey::InSchema(of, full, arguments) if (*of, full) == (class, name) => Some((*id, arguments)),
            _ => None,
        })
    }

    /// Objects of a class on a relation, by name: triggers fire and rules apply in this order.
    pub fn objects_on(&self, class: ObjectClass, relation: RelationId) -> impl Iterator<Item = &CatalogObject> {
        let range = || self.object_keys.range(ObjectKey::OnRelation(class, relation, Ident::new(""))..);
        let keys = self.has_class(class).then(range).into_iter().flatten();
        let own = keys
            .take_while(move |(key, _)| matches!(key, ObjectKey::OnRelation(c, r, _) if (*c, *r) == (class, relation)));
        own.filter_map(|(_, id)| self.object(*id))
    }

    /// There is an object of that class, or was: only then need anybody look for one.
    fn has_class(&self, class: ObjectClass) -> bool {
        self.classes >> class as u32 & 1 == 1
    }

    pub fn add_object(&mut self, key: ObjectKey, body: ObjectBody) -> ObjectId {
        let id = ObjectId(self.take_id());
        self.touched.number_of_objects(&key);
        self.classes |= 1 << key.class() as u32;
        self.object_keys.insert_mut(key.clone(), id);
        self.objects.insert_mut(id, Arc::new(CatalogObject { id, key, comment: None, body }));
        id
    }

    /// Gives it another name, schema or table.
    pub fn rename_object(&mut self, id: ObjectId, key: ObjectKey) {
        if let Some(was) = self.object(id).map(|it| it.key.clone()) {
            self.touched.object(&was);
            self.object_keys.remove_mut(&was);
            self.object_keys.insert_mut(key.clone(), id);
            self.objects.get_mut(&id).into_iter().for_each(|it| Arc::make_mut(it).key = key.clone());
        }
    }

    pub fn remove_object(&mut self, id: ObjectId) {
        if let Some(key) = self.object(id).map(|it| it.key.clone()) {
            self.touched.number_of_objects(&key);
            self.object_keys.remove_mut(&key);
            self.objects.remove_mut(&id);
            self.forget_needs(&Object::Other(id));
        }
    }

    /// Objects that differ from `other`'s, or that only one of the two has.
    pub fn changed_objects_since(&self, other: &Schema) -> Vec<ObjectId> {
        let ours =
            self.objects.iter().filter(|(id, it)| !other.objects.get(id).is_some_and(|same| Arc::ptr_eq(same, it)));
        let theirs = other.objects.keys().filter(|id| !self.objects.contains_key(id));
        ours.map(|(id, _)| id).chain(theirs).collect()
    }

    /// `recordMultipleDependencies`: from now on `dependent` needs these, besides what it needed before.
    pub fn record_needs(&mut self, dependent: &Object, on: impl IntoIterator<Item = (Object, Dependency)>) {
        let mut needs: Vec<(Object, Dependency)> = self.needs.get(dependent).cloned().unwrap_or_default();
        for (object, how) in on {
            if object == *dependent || needs.iter().any(|(it, _)| *it == object) {
                continue;
            }
            let mut needed_by = self.needed_by.get(&object).cloned().unwrap_or_default();
            needed_by.push((dependent.clone(), how));
            self.needed_by.insert_mut(object.clone(), needed_by);
            needs.push((object, how));
        }
        self.needs.insert_mut(dependent.clone(), needs);
    }

    /// `deleteDependencyRecordsFor`: it is gone, or is about to say anew what it needs.
    pub fn forget_needs(&mut self, dependent: &Object) {
        for (object, _) in self.needs.get(dependent).cloned().unwrap_or_default() {
            let mut needed_by = self.needed_by.get(&object).cloned().unwrap_or_default();
            needed_by.retain(|(it, _)| it != dependent);
            match needed_by.is_empty() {
                true => self.needed_by.remove_mut(&object),
                false => {
                    self.needed_by.insert_mut(object, needed_by);
                    true
                }
            };
        }
        self.needs.remove_mut(dependent);
    }

    /// What it said it needs.
    pub fn needs(&self, dependent: &Object) -> &[(Object, Dependency)] {
        self.needs.get(dependent).map_or(&[], |it| it.as_slice())
    }

    /// What said that it needs this, in the order in which it was said.
    pub fn needed_by(&self, object: &Object) -> &[(Object, Dependency)] {
        self.needed_by.get(object).map_or(&[], |it| it.as_slice())
    }
}
