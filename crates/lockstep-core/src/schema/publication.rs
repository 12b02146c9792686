//! Publications: what `pg_publication` and `pg_publication_rel` hold.

use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::Expression;
use crate::name::Ident;
use crate::schema::Schema;
use crate::schema::object::{CatalogObject, ObjectBody, ObjectClass, ObjectId, ObjectKey};
use crate::schema::relation::{Persistence, ReplicaIdentity};

#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    pub all_tables: bool,
    /// Letters of `insert`, `update`, `delete`, `truncate`.
    pub operations: String,
    pub via_root: bool,
    pub schemas: Vec<Ident>,
}

/// A table of a publication: an object of its own, which goes with the table or the publication.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedTable {
    pub publication: ObjectId,
    pub table: RelationId,
    /// `None`: all of them.
    pub columns: Option<Vec<u16>>,
    pub filter: Option<Arc<Expression>>,
}

impl Schema {
    pub fn publications(&self) -> impl Iterator<Item = (&CatalogObject, &Publication)> {
        self.objects().filter_map(|it| match &it.body {
            ObjectBody::Publication(publication) => Some((&**it, publication)),
            _ => None,
        })
    }

    /// Tables that publications name, with the numbers of these entries.
    pub fn published_tables(&self) -> impl Iterator<Item = (ObjectId, &PublishedTable)> {
        self.objects().filter_map(|it| match &it.body {
            ObjectBody::PublishedTable(published) => Some((it.id, published)),
            _ => None,
        })
    }

    /// The entry of a table in a publication.
    pub fn published_table(&self, publication: &Ident, table: RelationId) -> Option<ObjectId> {
        self.find_object(&ObjectKey::OnRelation(ObjectClass::PublishedTable, table, publication.clone()))
    }

    /// `GetRelationPublicationActions`: publications that send changes of that kind to the table, each with
    /// the table's own entry where it has one.
    pub fn publications_of(
        &self,
        table: RelationId,
        operation: char,
    ) -> Vec<(&CatalogObject, Option<&PublishedTable>)> {
        let Some(relation) = self.get(table) else { return vec![] };
        let mut found = vec![];
        for (object, publication) in self.publications() {
            if !publication.operations.contains(operation) {
                continue;
            }
            let entry =
                self.published_tables().map(|(_, it)| it).find(|it| it.publication == object.id && it.table == table);
            let everything = publication.all_tables && relation.persistence == Persistence::Permanent;
            if everything || entry.is_some() || publication.schemas.contains(&relation.name.schema) {
                found.push((object, entry));
            }
        }
        found
    }

    /// The columns of the replica identity; `None`: the table has none. All columns are a list of all.
    pub fn replica_identity_columns(&self, table: RelationId) -> Option<Vec<u16>> {
        let body = self.get(table)?.table()?;
        let index = match body.replica_identity {
            ReplicaIdentity::Full => return Some(body.live().map(|(number, _)| number).collect()),
            ReplicaIdentity::Nothing => return None,
            ReplicaIdentity::Default => body.indexes.iter().find(|it| {
                let index = self.index(**it);
                index.primary && index.immediate && index.valid
            }),
            ReplicaIdentity::Index => body.indexes.iter().find(|it| self.index(**it).replica_identity),
        };
        self.index(*index?).key_columns()
    }
}
