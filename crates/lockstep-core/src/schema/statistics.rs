//! Extended statistics: what `pg_statistic_ext` holds.

use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::Expression;
use crate::schema::Schema;
use crate::schema::object::{CatalogObject, ObjectBody};

#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    pub table: RelationId,
    /// In the order of their numbers.
    pub columns: Vec<u16>,
    pub expressions: Vec<Arc<Expression>>,
    /// Of `ndistinct`, `dependencies`, `mcv`, in this order.
    pub kinds: Vec<&'static str>,
    /// Statistics target; `None`: the default one.
    pub target: Option<i32>,
}

/// Kinds of statistics, in the order in which they are printed.
pub const KINDS: [&str; 3] = ["ndistinct", "dependencies", "mcv"];

impl Schema {
    /// Extended statistics of a table.
    pub fn statistics_of(&self, table: RelationId) -> impl Iterator<Item = (&CatalogObject, &Statistics)> {
        self.objects().filter_map(move |it| match &it.body {
            ObjectBody::Statistics(statistics) if statistics.table == table => Some((&**it, statistics)),
            _ => None,
        })
    }

    /// `pg_get_statisticsobjdef`.
    pub fn statistics_definition(&self, object: &CatalogObject, it: &Statistics) -> String {
        let Some(table) = self.get(it.table) else { return String::new() };
        let (schema, name) = (object.key.schema().map(ToString::to_string).unwrap_or_default(), object.name());
        let kinds = match it.kinds.len() == KINDS.len() || it.columns.len() + it.expressions.len() < 2 {
            true => String::new(),
            false => format!(" ({})", it.kinds.join(", ")),
        };
        let columns = it.columns.iter().map(|number| table.columns().column_name(*number).to_string());
        let expressions = it.expressions.iter().map(|expression| {
            let text = self.print_expression(it.table, expression);
            if expression.looks_like_function() { text } else { format!("({text})") }
        });
        let on = columns.chain(expressions).collect::<Vec<_>>().join(", ");
        format!("CREATE STATISTICS {schema}.{name}{kinds} ON {on} FROM {}", table.name)
    }
}
