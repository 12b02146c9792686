//! Rules: made ones go, lost ones come again where their text is known.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::rollback::Work;
use crate::rollback::script::Phase;
use crate::schema::Schema;
use crate::schema::rule::{FiringState, Rule};

impl Work<'_> {
    pub(super) fn restore_rules(&mut self) {
        for (table, name, rule) in all(self.now) {
            let pair = self.diff.table_of(table).map(|pair| pair.was).filter(|was| *was == table);
            let was = pair.and_then(|was| find(self.start, was, &name));
            if was.is_none() && self.start.get(table).is_some() {
                let path = self.start.relation(table).name.clone();
                self.add(Phase::Detail, format!("DROP RULE IF EXISTS {name} ON {path}"));
            } else if was.is_some_and(|was| Rule { state: rule.state, ..was.clone() } != rule) {
                self.cannot(format!("What the rule {name} did before is not known, so it is not made again here."));
            }
        }
        for (table, name, rule) in all(self.start) {
            let now = find(self.now, table, &name);
            let path = self.start.relation(table).name.clone();
            if now.is_none() {
                match self.start.rule_definition(table, &name, &rule) {
                    Some(definition) => {
                        let sql = definition.trim_end_matches(';').replacen("CREATE ", "CREATE OR REPLACE ", 1);
                        self.add(Phase::Detail, sql);
                    }
                    None => {
                        self.cannot(format!("The text of the rule {name} is not known, so it is not made again here."));
                        continue;
                    }
                }
            }
            if now.map_or(FiringState::Enabled, |it| it.state) != rule.state {
                self.add(Phase::Detail, format!("ALTER TABLE {path} {} RULE {name}", rule.state.words()));
            }
        }
    }
}

fn all(schema: &Schema) -> Vec<(RelationId, Ident, Rule)> {
    let rules = schema.relations().flat_map(|it| {
        let id = it.id;
        schema.rules(id).map(move |(name, rule)| (id, name.clone(), rule.clone())).collect::<Vec<_>>()
    });
    rules.collect()
}

fn find<'a>(schema: &'a Schema, table: RelationId, name: &Ident) -> Option<&'a Rule> {
    schema.rules(table).find(|(other, _)| *other == name).map(|(_, rule)| rule)
}
