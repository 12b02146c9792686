//! Rules of tables and views: `pg_rewrite`, without the rule that makes a view one.

use smol_str::SmolStr;
use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::{Expression, Names};
use crate::name::{Ident, quote_identifier};
use crate::schema::Schema;
use crate::schema::definition::TableNames;
use crate::schema::object::{CatalogObject, ObjectBody, ObjectClass};
pub use crate::syntax::statement::FiringState;

#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub event: RuleEvent,
    pub instead: bool,
    /// `ev_enabled`.
    pub state: FiringState,
    pub condition: Option<Arc<Expression>>,
    /// None of them: `NOTHING`.
    pub actions: Vec<RuleAction>,
    /// What the columns of the expressions stand for, by their number.
    pub columns: Vec<RuleColumn>,
}

/// `ON SELECT` makes a view, and is none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleEvent {
    Insert,
    Update,
    Delete,
}

#[derive(Debug, Clone, PartialEq)]
pub enum RuleAction {
    Insert { table: RelationId, values: Vec<(u16, Arc<Expression>)> },
    Update { table: RelationId, only: bool, values: Vec<(u16, Arc<Expression>)>, condition: Option<Arc<Expression>> },
    Delete { table: RelationId, only: bool, condition: Option<Arc<Expression>> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleColumn {
    /// Of the rows of the rule's own table.
    Old(u16),
    New(u16),
    /// Of the table that the command writes.
    Of(RelationId, u16),
}

impl RuleEvent {
    pub fn words(self) -> &'static str {
        match self {
            RuleEvent::Insert => "INSERT",
            RuleEvent::Update => "UPDATE",
            RuleEvent::Delete => "DELETE",
        }
    }
}

impl CatalogObject {
    pub fn rule(&self) -> Option<&Rule> {
        match &self.body {
            ObjectBody::Rule(rule) => Some(rule),
            _ => None,
        }
    }
}

struct RuleNames<'a> {
    schema: &'a Schema,
    table: RelationId,
    rule: &'a Rule,
}

impl Names for RuleNames<'_> {
    fn column(&self, attribute: u16) -> String {
        let name = |id: RelationId, number: u16| {
            self.schema.get(id).map(|it| it.columns().column_name(number).to_string()).unwrap_or_default()
        };
        match self.rule.columns.get(usize::from(attribute)) {
            Some(RuleColumn::Old(number)) => format!("old.{}", name(self.table, *number)),
            Some(RuleColumn::New(number)) => format!("new.{}", name(self.table, *number)),
            Some(RuleColumn::Of(id, number)) => {
                let table = self.schema.get(*id).map(|it| it.name.name.to_string()).unwrap_or_default();
                format!("{table}.{}", name(*id, *number))
            }
            None => "???".to_owned(),
        }
    }

    fn user_type(&self, id: u32) -> SmolStr {
        TableNames { schema: self.schema, table: None }.user_type(id)
    }

    fn relation(&self, id: u32) -> String {
        TableNames { schema: self.schema, table: None }.relation(id)
    }
}

impl Schema {
    pub fn rules(&self, relation: RelationId) -> impl Iterator<Item = (&Ident, &Rule)> {
        self.objects_on(ObjectClass::Rule, relation).filter_map(|it| Some((it.name(), it.rule()?)))
    }

    /// `pg_get_ruledef`.
    pub fn rule_definition(&self, relation: RelationId, name: &Ident, rule: &Rule) -> Option<String> {
        let table = &self.get(relation)?.name;
        let names = RuleNames { schema: self, table: relation, rule };
        let mut text = format!(
            "CREATE RULE {} AS\n    ON {} TO {}.{}",
            quote_identifier(name.as_str()),
            rule.event.words(),
            table.schema,
            table.name,
        );
        if let Some(condition) = &rule.condition {
            text.push_str(&format!("\n   WHERE {}", condition.deparse(&names)));
        }
        text.push_str(if rule.instead { " DO INSTEAD " } else { " DO " });
        match rule.actions.as_slice() {
            [] => text.push_str("NOTHING;"),
            [only] => text.push_str(&format!("{};", self.action(only, &names))),
            several => {
                text.push('(');
                several.iter().for_each(|it| text.push_str(&format!("{};\n", self.action(it, &names))));
                text.push_str(");");
            }
        }
        Some(text)
    }

    /// `get_insert_query_def` and its like.
    fn action(&self, action: &RuleAction, names: &RuleNames<'_>) -> String {
        let table = |id: &RelationId| self.get(*id).map(|it| it.name.to_string()).unwrap_or_default();
        let column = |id: &RelationId, number: &u16| {
            self.get(*id).map(|it| it.columns().column_name(*number).to_string()).unwrap_or_default()
        };
        let matching = |condition: &Option<Arc<Expression>>| {
            condition.as_ref().map(|it| format!("\n  WHERE {}", it.deparse(names))).unwrap_or_default()
        };
        let only_word = |only: &bool| if *only { "ONLY " } else { "" };
        match action {
            RuleAction::Insert { table: id, values } => {
                let columns: Vec<String> = values.iter().map(|(number, _)| column(id, number)).collect();
                let values: Vec<String> = values.iter().map(|(_, value)| value.deparse(names)).collect();
                format!(" INSERT INTO {} ({})\n  VALUES ({})", table(id), columns.join(", "), values.join(", "))
            }
            RuleAction::Update { table: id, only, values, condition } => {
                let values: Vec<String> = values
                    .iter()
                    .map(|(number, value)| format!("{} = {}", column(id, number), value.deparse(names)))
                    .collect();
                format!(" UPDATE {}{} SET {}{}", only_word(only), table(id), values.join(", "), matching(condition))
            }
            RuleAction::Delete { table: id, only, condition } => {
                format!(" DELETE FROM {}{}{}", only_word(only), table(id), matching(condition))
            }
        }
    }
}
