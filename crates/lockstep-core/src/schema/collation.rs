//! Collations that the schema makes: what `pg_collation` holds of those of ICU.

use smol_str::SmolStr;

use crate::effect::ObjectName;
use crate::name::{QualifiedName, quote_literal};
use crate::schema::Schema;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::form::Form;
use crate::schema::object::{ObjectBody, ObjectClass, ObjectId, ObjectKey};

#[derive(Debug, Clone, PartialEq)]
pub struct Collation {
    pub locale: String,
    pub deterministic: bool,
}

impl Collation {
    /// The statement that makes it.
    pub(super) fn create(&self, name: &ObjectName) -> String {
        let (locale, deterministic) = (quote_literal(&self.locale), self.deterministic);
        let options = format!("provider = icu, locale = {locale}, deterministic = {deterministic}");
        format!("CREATE COLLATION IF NOT EXISTS {name} ({options})")
    }
}

impl Schema {
    pub(super) fn collation_forms(&self) -> impl Iterator<Item = (SmolStr, Form)> {
        self.objects().filter_map(|object| match &object.body {
            ObjectBody::Collation(it) => {
                let mut form = Form::default();
                form.put("provider", "i").always("deterministic", it.deterministic);
                Some((object.plain_name(), form))
            }
            _ => None,
        })
    }

    /// Columns and indexes that name the collation.
    pub(super) fn dependents_of_collation(&self, id: ObjectId, found: &mut Vec<(Object, Dependency)>) {
        let Some(ObjectKey::InSchema(ObjectClass::Collation, name, _)) = self.object(id).map(|it| &it.key) else {
            return;
        };
        let is_it = |it: &Option<QualifiedName>| {
            let in_public = |it: &QualifiedName| it.schema.is_none() && name.schema == "public";
            it.as_ref().is_some_and(|it| {
                it.name == name.name && (in_public(it) || it.schema.as_ref().is_some_and(|it| *it == name.schema))
            })
        };
        for relation in self.relations() {
            if relation.index().is_some_and(|it| it.keys.iter().any(|key| is_it(&key.collation))) {
                found.push((self.whole_of_index(relation.id), Dependency::Normal));
            }
            if relation.table().is_some() || relation.kind() == 'c' {
                let columns = relation.columns().live().filter(|(_, column)| is_it(&column.collation));
                found.extend(columns.map(|(number, _)| (Object::Column(relation.id, number), Dependency::Normal)));
            }
        }
    }
}
