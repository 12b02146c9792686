//! Schemas as namespaces: what is inside them goes by their name.

use crate::effect::{ObjectName, RelationId};
use crate::name::Ident;
use crate::schema::Schema;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::object::{ObjectId, ObjectKey};
use crate::schema::user_type::TypeId;

impl Schema {
    /// What is dropped with a schema: everything in it that is no part of something else in it.
    pub(super) fn dependents_of_namespace(&self, name: &Ident, found: &mut Vec<(Object, Dependency)>) {
        let mut inside: Vec<Object> = vec![];
        let relations = self.relations().filter(|it| it.name.schema == *name && it.index().is_none());
        inside.extend(relations.map(|it| Object::Relation(it.id)));
        inside.extend(self.types().filter(|it| it.name.schema == *name).map(|it| Object::Type(it.id)));
        let objects = self.objects().filter(|it| it.key.schema() == Some(name));
        inside.extend(objects.map(|it| Object::Other(it.id)));
        found.extend(inside.into_iter().map(|it| (it, Dependency::Normal)));
    }

    pub fn rename_namespace(&mut self, from: &Ident, to: &Ident) {
        let comment = self.namespace_comment(from.as_str()).cloned();
        self.namespaces.remove_mut(from);
        self.namespaces.insert_mut(to.clone(), comment);
        let moved = |name: &Ident| ObjectName { schema: to.clone(), name: name.clone() };
        let relations: Vec<(RelationId, Ident)> =
            self.relations().filter(|it| it.name.schema == *from).map(|it| (it.id, it.name.name.clone())).collect();
        for (id, name) in relations {
            self.rename_relation(id, moved(&name));
        }
        let types: Vec<(TypeId, Ident)> =
            self.types().filter(|it| it.name.schema == *from).map(|it| (it.id, it.name.name.clone())).collect();
        for (id, name) in types {
            self.rename_type(id, moved(&name));
        }
        let inside = |key: &ObjectKey| match key {
            ObjectKey::InSchema(class, name, arguments) if name.schema == *from => {
                Some(ObjectKey::InSchema(*class, moved(&name.name), arguments.clone()))
            }
            _ => None,
        };
        let objects: Vec<(ObjectId, ObjectKey)> =
            self.objects().filter_map(|it| Some((it.id, inside(&it.key)?))).collect();
        for (id, key) in objects {
            self.rename_object(id, key);
        }
        let inside: Vec<ObjectId> =
            self.extensions().filter(|(_, it)| it.schema == *from).map(|(object, _)| object.id).collect();
        inside.into_iter().for_each(|id| self.move_extension(id, to));
        self.ownership.rename_namespace(from, to);
        let (was, is) = (Object::Namespace(from.clone()), Object::Namespace(to.clone()));
        for (dependent, how) in self.needed_by(&was).to_vec() {
            let mut needs = self.needs(&dependent).to_vec();
            needs.retain(|(it, _)| *it != was);
            needs.push((is.clone(), how));
            self.forget_needs(&dependent);
            self.record_needs(&dependent, needs);
        }
    }
}
