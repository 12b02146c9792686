//! Extensions that are installed: what `pg_extension` holds. What they bring is found in the tables of
//! [`crate::pg::catalog::extension`], by numbers that are the same in every database.

use crate::name::{Ident, quote_literal};
use crate::pg::catalog::OperatorClassRow;
pub(crate) use crate::pg::catalog::extension::is_member;
use crate::pg::catalog::extension::{self, Installed, Kind, Member};
use crate::pg::types::{Type, TypeRef};
use crate::pg::version::PgVersion;
use crate::schema::Schema;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::index::{Index, IndexKey};
use crate::schema::object::{CatalogObject, ObjectBody, ObjectClass, ObjectId, ObjectKey};
use crate::schema::relation::Columns;
use crate::schema::user_type::{TypeId, UserTypeKind};

#[derive(Debug, Clone, PartialEq)]
pub struct Extension {
    /// `extnamespace`: where its members are.
    pub schema: Ident,
    pub version: String,
}

impl Extension {
    /// The statement that makes it.
    pub(super) fn create(&self, name: &Ident) -> String {
        let foreign = extension::find(name.as_str(), PgVersion::default()).is_some_and(|(it, _)| it.foreign);
        let version = if foreign { String::new() } else { format!(" VERSION {}", quote_literal(&self.version)) };
        format!("CREATE EXTENSION IF NOT EXISTS {name} WITH SCHEMA {}{version}", self.schema)
    }
}

impl CatalogObject {
    pub fn extension(&self) -> Option<&Extension> {
        match &self.body {
            ObjectBody::Extension(it) => Some(it),
            _ => None,
        }
    }
}

impl Schema {
    /// By name.
    pub fn extensions(&self) -> impl Iterator<Item = (&CatalogObject, &Extension)> {
        let keys = self.object_keys.range(ObjectKey::Global(ObjectClass::Extension, Ident::new(""))..);
        let own = keys.take_while(|(key, _)| matches!(key, ObjectKey::Global(ObjectClass::Extension, _)));
        own.filter_map(|(_, id)| self.object(*id)).filter_map(|it| Some((it, it.extension()?)))
    }

    /// Its members go with it.
    pub fn move_extension(&mut self, id: ObjectId, to: &Ident) {
        if let Some(ObjectBody::Extension(extension)) = self.object_mut(id).map(|it| &mut it.body) {
            extension.schema = to.clone();
        }
    }

    /// Those in schemas that are `within`.
    pub(crate) fn installed(&self, version: PgVersion, within: impl Fn(&Ident) -> bool) -> Installed {
        let mut found = Installed::none(version);
        for (object, extension) in self.extensions() {
            if within(&extension.schema) {
                found.add(object.name().as_str());
            }
        }
        found
    }

    /// The extension that brings the member, and the member.
    fn bringer(&self, oid: u32) -> Option<(&CatalogObject, &Extension, &'static Member)> {
        let member = extension::member(oid)?;
        let key = ObjectKey::Global(ObjectClass::Extension, Ident::new(member.extension()));
        let object = self.object(self.find_object(&key)?)?;
        Some((object, object.extension()?, member))
    }

    pub(super) fn has_member(&self, oid: u32) -> bool {
        is_member(oid) && self.bringer(oid).is_some()
    }

    /// The schema in which a member is, where `search_path = public` does not show it.
    pub fn hidden_schema(&self, oid: u32) -> Option<&Ident> {
        let (_, extension, _) = self.bringer(oid)?;
        Some(&extension.schema).filter(|it| !matches!(it.as_str(), "public" | "pg_catalog"))
    }

    /// A member's name with the schema that it needs.
    pub fn member_name(&self, oid: u32) -> String {
        let Some(member) = extension::member(oid) else { return "???".to_owned() };
        let name = Ident::new(member.name);
        match self.hidden_schema(oid) {
            Some(schema) => format!("{schema}.{name}"),
            None => name.to_string(),
        }
    }

    /// `getObjectDescription`.
    pub(super) fn describe_member(&self, oid: u32) -> String {
        let Some(member) = extension::member(oid) else { return "object".to_owned() };
        let types = |of: &[Type]| of.iter().map(|it| self.format_type(it)).collect::<Vec<_>>().join(",");
        match &member.kind {
            Kind::Type(_) => format!("type {}", self.member_name(oid)),
            Kind::Function(row) => format!("function {}({})", self.member_name(oid), types(&row.arguments)),
            Kind::Operator(row) => {
                let left = row.left.map_or_else(|| "NONE".to_owned(), |it| self.format_type(&it));
                let schema = self.hidden_schema(oid).map(|it| format!("{it}.")).unwrap_or_default();
                format!("operator {schema}{}({left},{})", row.symbol, self.format_type(&row.right))
            }
            Kind::Cast(row) => {
                format!("cast from {} to {}", self.format_type(&row.source), self.format_type(&row.target))
            }
            Kind::Class(row) => {
                format!("operator class {} for access method {}", self.member_name(oid), row.method)
            }
            Kind::Equality(row) => format!("operator family {} for access method btree", row.family),
            Kind::Relation => format!("view {}", self.member_name(oid)),
        }
    }

    /// `DEPENDENCY_EXTENSION`: they go with it, and it goes with none of them.
    pub(super) fn members_of(&self, id: ObjectId, version: PgVersion, found: &mut Vec<(Object, Dependency)>) {
        let Some(object) = self.object(id).filter(|it| it.class() == ObjectClass::Extension) else { return };
        let Some((known, _)) = extension::find(object.name().as_str(), version) else { return };
        let members = known.members(version).map(|it| Object::Other(ObjectId(it.oid)));
        found.extend(members.map(|it| (it, Dependency::Internal)));
    }

    pub(super) fn dependents_of_member(&self, oid: u32, found: &mut Vec<(Object, Dependency)>) {
        let Some(member) = extension::member(oid) else { return };
        match &member.kind {
            Kind::Type(Some(_)) => self.dependents_of_member_type(oid, found),
            Kind::Function(_) | Kind::Operator(_) | Kind::Cast(_) => self.callers(oid, found),
            Kind::Class(row) => {
                let indexes = self.relations().filter(|it| it.index().is_some_and(|it| uses(it, row)));
                found.extend(indexes.map(|it| (self.whole_of_index(it.id), Dependency::Normal)));
            }
            Kind::Type(None) | Kind::Equality(_) | Kind::Relation => {}
        }
    }

    fn dependents_of_member_type(&self, oid: u32, found: &mut Vec<(Object, Dependency)>) {
        let is_it = |it: &Type| matches!(it.base, TypeRef::Builtin(own) if own.0 == oid);
        let typed = |columns: &Columns| -> Vec<u16> {
            columns.live().filter(|(_, column)| is_it(&column.type_)).map(|(number, _)| number).collect()
        };
        for relation in self.relations().filter(|it| it.table().is_some() || it.kind() == 'c') {
            let columns = typed(relation.columns()).into_iter();
            found.extend(columns.map(|number| (Object::Column(relation.id, number), Dependency::Normal)));
        }
        self.expressions_that(&|it| it.user_types().contains(&oid), found);
        for other in self.types() {
            if matches!(&other.kind, UserTypeKind::Domain { base, .. } if is_it(base)) {
                found.push((Object::Type(other.id), Dependency::Normal));
            }
        }
    }
}

/// Whether a key of the index is ordered by that class.
fn uses(index: &Index, class: &OperatorClassRow) -> bool {
    let by_type = |key: &IndexKey| class.default && class.input.is(key.type_);
    index.method == *class.method
        && index.keys.iter().any(|key| match &key.operator_class {
            Some(name) => name.name == *class.name,
            None => by_type(key),
        })
}

impl Object {
    /// The type of that number: one of the schema, or one that an extension brings.
    pub fn of_type(id: u32) -> Object {
        match is_member(id) {
            true => Object::Other(ObjectId(id)),
            false => Object::Type(TypeId(id)),
        }
    }

    /// The same for a type that no server has by itself.
    pub fn behind(type_: &Type) -> Option<Object> {
        match type_.base {
            TypeRef::User(id) => Some(Object::of_type(id)),
            TypeRef::Builtin(own) => is_member(own.0).then(|| Object::of_type(own.0)),
        }
    }
}
