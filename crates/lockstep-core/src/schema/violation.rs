//! Queries that count the rows which a constraint, a unique index or a type does not admit.

use crate::effect::RelationId;
use crate::expression::Expression;
use crate::schema::Schema;
use crate::schema::constraint::ForeignKey;
use crate::schema::index::{Index, KeyColumn};

impl Schema {
    /// Rows that the foreign key refuses: those that refer to no row. `rows` stands for the table: its name, or a
    /// derived table with its columns.
    pub fn orphans(&self, table: RelationId, key: &ForeignKey, rows: &str) -> String {
        if key.period {
            return self.uncovered(table, key, rows);
        }
        let parent = &self.relation(key.references).name;
        let (ours, theirs) = (self.table(table), self.table(key.references));
        let pairs = key.columns.iter().zip(&key.referenced_columns);
        let join: Vec<_> =
            pairs.map(|(a, b)| format!("p.{} = c.{}", theirs.column_name(*b), ours.column_name(*a))).collect();
        let set: Vec<_> = key.columns.iter().map(|a| format!("c.{} IS NOT NULL", ours.column_name(*a))).collect();
        // MATCH SIMPLE asks nothing of a key with a null in it.
        let set = match key.match_full {
            true => format!("({})", set.join(" OR ")),
            false => set.join(" AND "),
        };
        format!(
            "SELECT count(*) FROM {rows} AS c WHERE {set} AND NOT EXISTS (SELECT 1 FROM {parent} AS p WHERE {})",
            join.join(" AND ")
        )
    }

    /// The same for `PERIOD`: rows whose range is not covered by the referenced ones.
    fn uncovered(&self, table: RelationId, key: &ForeignKey, rows: &str) -> String {
        let parent = &self.relation(key.references).name;
        let (ours, theirs) = (self.table(table), self.table(key.references));
        let name =
            |place: usize| (ours.column_name(key.columns[place]), theirs.column_name(key.referenced_columns[place]));
        let last = key.columns.len() - 1;
        let set: Vec<String> = (0..=last).map(|place| format!("c.{} IS NOT NULL", name(place).0)).collect();
        let same: Vec<String> = (0..last).map(|place| format!("p.{1} = c.{0}", name(place).0, name(place).1)).collect();
        let (our_range, their_range) = name(last);
        format!(
            "SELECT count(*) FROM {rows} AS c WHERE {} AND NOT coalesce(c.{our_range} <@ (SELECT \
             range_agg(p.{their_range}) FROM {parent} AS p WHERE {}), false)",
            set.join(" AND "),
            same.join(" AND "),
        )
    }

    /// What an index is keyed by, as expressions over its table's columns.
    pub fn key_texts(&self, index: &Index) -> Vec<String> {
        let text = |key: &KeyColumn| match key {
            KeyColumn::Attribute(number) => self.table(index.table).column_name(*number).to_string(),
            KeyColumn::Expression(expression) => self.print_expression(index.table, expression),
        };
        index.keys.iter().map(|key| text(&key.column)).collect()
    }

    /// Conditions of the rows that a unique index keeps apart: those of its predicate, and without a null among
    /// their keys unless nulls are not distinct.
    pub fn kept_apart(&self, index: &Index) -> Vec<String> {
        let keys = if index.nulls_not_distinct { vec![] } else { self.key_texts(index) };
        let predicate = index.predicate.iter().map(|it| self.print_expression(index.table, it));
        keys.iter().map(|key| format!("{key} IS NOT NULL")).chain(predicate).collect()
    }

    /// Keys that stand more than once among rows with the columns of the index's table.
    pub fn duplicates(&self, index: &Index, rows: &str) -> String {
        let conditions = self.kept_apart(index);
        let condition =
            if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        format!(
            "SELECT count(*) FROM (SELECT 1 FROM {rows}{condition} GROUP BY {} HAVING count(*) > 1) AS duplicates",
            self.key_texts(index).join(", ")
        )
    }

    /// Rows for which the expression is false: those that a check refuses.
    pub fn violations(&self, table: RelationId, expression: &Expression, rows: &str) -> String {
        format!("SELECT count(*) FROM {rows} WHERE NOT ({})", self.print_expression(table, expression))
    }
}

/// An expression computed for every row: fine unless one of them raises an error.
pub fn computed(text: &str, rows: &str) -> String {
    format!("SELECT count(({text})) FROM {rows}")
}

/// The expression and the rows of what [`computed`] wrote.
pub fn parts_of_computed(query: &str) -> Option<(&str, &str)> {
    // The last one: an expression may hold the same words, the name of a table does not.
    query.strip_prefix("SELECT count((")?.rsplit_once(")) FROM ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_computed_query_are_found_again() {
        let query = computed("replace(a, ')) FROM ', '')::integer", "app.t");
        assert_eq!(parts_of_computed(&query), Some(("replace(a, ')) FROM ', '')::integer", "app.t")));
        assert_eq!(parts_of_computed("SELECT count(*) FROM t"), None);
    }
}
