//! Views and materialized views: what their rule (`pg_rewrite`) keeps.

use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::query::QueryTree;
use crate::name::Ident;
use crate::schema::Schema;
use crate::schema::dependency::Object;
use crate::schema::relation::{Columns, Relation};

/// A view: what stands between its columns and the tables is in `pg_depend`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct View {
    pub columns: Columns,
    pub query: Option<Arc<QueryTree>>,
}

/// What makes a table a materialized view.
#[derive(Debug, Clone, PartialEq)]
pub struct Materialized {
    pub query: Option<Arc<QueryTree>>,
    /// `relispopulated`.
    pub populated: bool,
}

impl Relation {
    /// It is a view or a materialized view.
    pub fn is_view(&self) -> bool {
        self.view().is_some() || self.materialized().is_some()
    }

    /// It is a materialized view.
    pub fn materialized(&self) -> Option<&Materialized> {
        self.table().and_then(|it| it.materialized.as_ref())
    }
}

impl Schema {
    /// `pg_get_viewdef`; none where it is no view, or where the text is not known.
    pub fn view_definition(&self, id: RelationId) -> Option<String> {
        let relation = self.get(id)?;
        let query = match (relation.view(), relation.materialized()) {
            (Some(view), _) => view.query.as_ref(),
            (None, Some(view)) => view.query.as_ref(),
            (None, None) => None,
        };
        let names: Vec<Ident> = relation.columns().live().map(|(_, column)| column.name.clone()).collect();
        self.print_query(query?, &names)
    }

    /// Relations that the query of a view names.
    pub fn read_by_view(&self, id: RelationId) -> Vec<RelationId> {
        let mut found = vec![];
        for (object, _) in self.needs(&Object::Relation(id)) {
            if let Object::Relation(other) | Object::Column(other, _) = object
                && !found.contains(other)
                && self.get(*other).is_some_and(|it| it.index().is_none() && it.sequence().is_none())
            {
                found.push(*other);
            }
        }
        found
    }

    /// The first view or rule that depends on a column.
    pub fn view_using(&self, id: RelationId, column: u16) -> Option<&Relation> {
        self.needed_by(&Object::Column(id, column)).iter().find_map(|(dependent, _)| match dependent {
            Object::Relation(view) => self.get(*view).filter(|it| it.is_view()),
            _ => None,
        })
    }
}
